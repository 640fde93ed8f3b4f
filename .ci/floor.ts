/** How many checks of a part must pass at least; a part that has no floor yet is a mistake, as is a floor without its part. */
export type Floor = Readonly<Record<string, number>>;

/**
 * Why a part counted too little, undefined where it did not. Tests that are not run any more must not look like success:
 * who takes tests away lowers the floor in the same change, where a reader sees it.
 */
export function belowFloor(floor: Floor, part: string, passed: number): string | undefined {
  const least = floor[part];
  if (least === undefined) return `${part} has no floor in .ci/floor.json`;
  return passed < least ? `${part}: ${passed} passed, the floor is ${least}` : undefined;
}

/** Floors that nobody reached because their part was not run at all. */
export function partsNotRun(floor: Floor, run: readonly string[]): string[] {
  return Object.keys(floor).filter((part) => !run.includes(part));
}

/** How many checks are not made where a whole tier is left out. */
export function checksOf(floor: Floor): number {
  return Object.values(floor).reduce((sum, least) => sum + least, 0);
}
