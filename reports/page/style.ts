/** The whole style of the report: light and dark by the reader's own setting, nothing loaded from anywhere. */
export const style = `
:root {
  color-scheme: light dark; --paper: #fff; --ink: #1c2126; --dim: #5d6670; --rule: #d5dae0; --soft: #f4f6f8;
  --link: #0b57c2; --pass: #1a7f37; --fail: #c62828; --open: #9a6700; --request: #0b57c2; --response: #1a7f37;
  --refusal: #c62828; --floor: #b35900; --media: #7b3fb5; --dns: #4b6472; --icmp: #c62828; --nat: #a1137a;
  --symptom: #ffdf9e; --target: #cfe4ff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181c; --ink: #e4e8ec; --dim: #9aa4ae; --rule: #353d45; --soft: #1d2329; --link: #7ab2ff;
    --pass: #57c26f; --fail: #ff7b72; --open: #e3b341; --request: #7ab2ff; --response: #57c26f; --refusal: #ff7b72;
    --floor: #f2a65a; --media: #c79bf2; --dns: #9db8c7; --icmp: #ff7b72; --nat: #ee8fd0;
    --symptom: #51410f; --target: #173a63;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px 20px 60px; max-width: 1280px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif;
}
h1 { font-size: 26px; margin: 0 0 4px; }
h2 { font-size: 20px; margin: 0; }
h3 { font-size: 15px; margin: 22px 0 6px; }
a { color: var(--link); }
p { margin: 6px 0; }
.dim, figcaption { color: var(--dim); font-size: 13px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--rule); }
th { color: var(--dim); font-weight: 600; font-size: 13px; }
th.number, td.number { text-align: right; white-space: nowrap; }
code { font: 12.5px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
code.command {
  display: block; background: var(--soft); padding: 3px 8px; margin: 3px 0; border-radius: 4px; user-select: all;
  cursor: copy;
}
summary { cursor: pointer; color: var(--dim); font-size: 13px; padding: 3px 0; }
.badge {
  display: inline-block; min-width: 7.2em; text-align: center; padding: 1px 8px; border-radius: 4px;
  font-size: 13px; font-weight: 600; color: var(--paper); background: var(--open); white-space: nowrap;
}
.badge.pass { background: var(--pass); }
.badge.fail { background: var(--fail); }
.totals { display: flex; flex-wrap: wrap; gap: 10px 28px; align-items: center; margin: 14px 0 18px; font-size: 16px; }
.totals .badge { font-size: 17px; padding: 4px 14px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; margin: 8px 0; font-size: 14px; }
dt { color: var(--dim); }
dd { margin: 0; }
.phases {
  display: flex; height: 22px; width: 100%; border-radius: 4px; overflow: hidden; margin: 4px 0; font-size: 12px;
}
.phases span {
  background: var(--soft); border-right: 2px solid var(--paper); padding: 1px 6px; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis; flex: 1 1 auto;
}
section.scenario { border-top: 3px solid var(--rule); margin-top: 44px; padding-top: 16px; }
section.scenario header { display: flex; gap: 14px; align-items: baseline; flex-wrap: wrap; }
.tag { color: var(--dim); font-size: 12.5px; margin-right: 8px; }
.symptom { border-left: 4px solid var(--fail); background: var(--soft); padding: 8px 14px; margin: 12px 0; }
.symptom.expected { border-color: var(--open); }
.symptom b { font-size: 16px; }
.banner { background: var(--open); color: var(--paper); padding: 8px 14px; border-radius: 4px; }
figure { margin: 8px 0; }
svg { display: block; width: 100%; height: auto; }
g.row { scroll-margin-top: 80px; }
svg text { font: 10.5px system-ui, sans-serif; fill: var(--ink); }
.sticky { position: sticky; top: 0; background: var(--paper); }
.head .agency { font-weight: 600; text-anchor: middle; font-size: 11px; }
.head .name { text-anchor: middle; font-size: 11px; font-weight: 600; }
.head .node { fill: var(--dim); }
.head .address { text-anchor: middle; font: 9px ui-monospace, monospace; fill: var(--dim); }
.band { fill: var(--soft); }
.life { stroke: var(--rule); }
.life.node { stroke: var(--nat); stroke-dasharray: 2 4; opacity: .6; }
.row line, .row path { stroke: currentColor; fill: none; stroke-width: 1.3; }
.row .tip { fill: currentColor; stroke: none; }
.row .cross { stroke-width: 2; stroke: var(--fail); }
.row text.label {
  fill: currentColor; text-anchor: middle; paint-order: stroke; stroke: var(--soft); stroke-width: 3px;
}
.row text.start { text-anchor: start; }
.row text.end { text-anchor: end; }
.row text.time, .lanes text.time { fill: var(--dim); font: 9px ui-monospace, monospace; }
.row .dot { fill: currentColor; }
.row .nat { fill: var(--nat); stroke: none; }
.row .endpoint {
  font: 8.6px ui-monospace, monospace; fill: var(--dim); paint-order: stroke; stroke: var(--soft);
  stroke-width: 3px;
}
.row .after { fill: var(--nat); }
.row:hover line, .row:hover path { stroke-width: 2.4; }
.row .ground { fill: transparent; fill-opacity: .6; }
.row:target .ground { fill: var(--target); }
.row.request { color: var(--request); }
.row.response { color: var(--response); }
.row.refusal { color: var(--refusal); }
.row.floor { color: var(--floor); }
.row.media { color: var(--media); }
.row.media line { stroke-width: 3; opacity: .75; }
.row.dns { color: var(--dns); }
.row.denial, .row.icmp { color: var(--icmp); }
.row.icmp line { stroke-dasharray: 4 3; }
.row.act { color: var(--dim); }
.row.act line { stroke-dasharray: 1 4; }
.small table { font-size: 12.5px; }
.lanes .base, .lanes .tick { stroke: var(--rule); }
.lanes text.name { font-weight: 600; }
.lanes text.time { text-anchor: middle; }
.lanes .sign { text-anchor: middle; }
.lanes rect.has { fill: var(--floor); }
.lanes rect.taken { fill: var(--floor); opacity: .22; }
.lanes rect.sent { fill: var(--media); }
.lanes rect.heard { fill: var(--media); opacity: .4; }
.key { border-bottom: 4px solid var(--floor); margin-right: 12px; }
.key.taken { border-color: color-mix(in srgb, var(--floor) 22%, transparent); }
.key.sent { border-color: var(--media); }
.key.heard { border-color: color-mix(in srgb, var(--media) 40%, transparent); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --dim: #444; --rule: #bbb; --soft: #f4f6f8; }
  body { max-width: none; padding: 0; font-size: 11pt; }
  .sticky { position: static; }
  .small, nav { display: none; }
  section.scenario { break-before: page; }
  tr, .symptom { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;
