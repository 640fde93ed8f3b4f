import type { FloorField, FloorMessage } from './message.ts';

export type FieldOf<Id extends FloorField['id']> = Extract<FloorField, { readonly id: Id }>;

/** The first field of that id in a message. */
export function field<Id extends FloorField['id']>(
  message: Pick<FloorMessage, 'fields'>,
  id: Id,
): FieldOf<Id> | undefined {
  return message.fields.find((candidate): candidate is FieldOf<Id> => candidate.id === id);
}

/** The message with its field of that id replaced, or the field appended. */
export function withField(message: FloorMessage, replacement: FloorField): FloorMessage {
  const at = message.fields.findIndex(({ id }) => id === replacement.id);
  const fields = [...message.fields];
  if (at < 0) fields.push(replacement);
  else fields[at] = replacement;
  return { ...message, fields };
}

/** The message without any field of that id. */
export function withoutField(message: FloorMessage, id: FloorField['id']): FloorMessage {
  return { ...message, fields: message.fields.filter((candidate) => candidate.id !== id) };
}
