import { FIELD_NUMBER } from '../../lab/wire/floor/field-ids.ts';
import type { FloorField, FloorMessage } from '../../lab/wire/floor/message.ts';
import { ACK_REQUIRED, subtypeNumber } from '../../lab/wire/floor/subtypes.ts';
import { FactList, type Facts } from './fields.ts';

const MCPTT = 'rtcp.app_data.mcptt';

export function floorFacts(messages: readonly FloorMessage[]): Facts {
  const list = new FactList();
  for (const { name, ackRequired, ssrc, fields } of messages) {
    list.add('rtcp.pt', 204).add('rtcp.ssrc.identifier', ssrc).add('rtcp.app.name', 'MCPT');
    list.add('rtcp.app.subtype', subtypeNumber(name) | (ackRequired ? ACK_REQUIRED : 0));
    for (const field of fields) {
      list.add('rtcp.mcptt.fld_id', field.id === 'other' ? field.fieldId : FIELD_NUMBER[field.id]);
      addField(list, ackRequired ? '' : name, field);
    }
  }
  return list.facts;
}

/** Wireshark names causes by the message that they stand in, unless that asks for an acknowledgement. */
const CAUSES: Readonly<Record<string, string>> = { 'Floor Deny': '.floor_deny', 'Floor Revoke': '.floor_revoke' };

function addField(list: FactList, message: string, field: FloorField): FactList {
  switch (field.id) {
    case 'Floor Priority':
      return list.add(`${MCPTT}.priority`, field.priority);
    case 'Duration':
      return list.add(`${MCPTT}.duration`, field.seconds);
    case 'Reject Cause':
      list.add('rtcp.mcptt.rej_phrase', field.phrase);
      return list.add(`${MCPTT}.rej_cause${CAUSES[message] ?? ''}`, field.cause);
    case 'Queue Info':
      return list.add(`${MCPTT}.queue_pos_inf`, field.position).add(`${MCPTT}.queue_pri_lev`, field.priority);
    case "Granted Party's Identity":
      return list.add('rtcp.mcptt.granted_partys_id', field.uri);
    case 'Permission to Request the Floor':
      return list.add(`${MCPTT}.perm_to_req_floor`, field.permission);
    case 'User ID':
      return list.add(`${MCPTT}.user_id`, field.uri);
    case 'Queue Size':
      return list.add(`${MCPTT}.queue_size`, field.size);
    case 'Message Sequence Number':
      return list.add(`${MCPTT}.msg_seq_num`, field.sequence);
    case 'Queued User ID':
      return list.add('rtcp.mcptt.queued_user_id', field.uri);
    case 'Source':
      return list.add(`${MCPTT}.source`, field.source);
    case 'Track Info':
      list.add(`${MCPTT}.queueing_cap`, field.queueing).add('rtcp.mcptt.participant_type', field.participantType);
      return list.add(`${MCPTT}.floor_participant_ref`, ...field.references);
    case 'Message Type':
      return list.add(`${MCPTT}.msg_type`, field.type);
    case 'Floor Indicator':
      return list.add(`${MCPTT}.floor_ind`, field.bits);
    case 'SSRC':
      return list.add(`${MCPTT}.rtcp`, field.ssrc);
    case 'List of SSRCs':
      return list.add(`${MCPTT}.rtcp`, ...field.ssrcs);
    case 'List of Granted Users':
      return list.add(`${MCPTT}.user_id`, ...field.uris);
    case 'Functional Alias':
      return list.add('rtcp.mcptt.func_alias', field.uri);
    case 'List of Functional Aliases':
      return list.add('rtcp.mcptt.func_alias', ...field.uris);
    case 'other':
      return list;
  }
}
