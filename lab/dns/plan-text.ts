import type { DnsPlan } from './plan.ts';
import { stepLine } from './step.ts';

/** A plan to read, and to paste from. */
export function planText(plan: DnsPlan): string {
  const out = [`# ${plan.zoneFile}`, plan.zone, '# Corefile', plan.corefile, '# kubectl'];
  const parts = { apply: plan.apply, verify: plan.verify, revert: [...plan.revert, ...plan.forget] };
  for (const [title, steps] of Object.entries(parts)) out.push(`## ${title}`, ...steps.map(stepLine));
  return `${out.join('\n')}\n`;
}
