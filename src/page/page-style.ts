/** Of the report: light and dark, for screens of any width and for paper. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --text: #1b2430; --soft: #586374; --line: #dde2e9; --strong: #8b96a5;
  --good: #117a4f; --bad: #b3261e; --wait: #1f5fbf; --warn: #8a5a00;
  --v0: #64748b; --v1: #2563eb; --v2: #c2620a; --v3: #0a8060; --v4: #a832b8; --v5: #c92a4b; }
@media (prefers-color-scheme: dark) { :root { --back: #12161c; --card: #1b212a; --text: #e6eaf0; --soft: #a3aebd; --line: #323b48; --strong: #6d7989;
  --good: #4cc38a; --bad: #ff8a80; --wait: #7fb2ff; --warn: #f0b429;
  --v0: #a3b1c4; --v1: #6ea8fe; --v2: #f59f4a; --v3: #4fd1a5; --v4: #e08bf0; --v5: #ff8fa3; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
h1 { margin: 0 0 1rem; font-size: 1.9rem; line-height: 1.25; } h2 { margin: 0 0 .8rem; font-size: 1.2rem; } h3 { margin: 0 0 .4rem; font-size: 1rem; }
p { margin: 0 0 .8rem; }
section { margin-top: 1.2rem; padding: 1.2rem 1.4rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.kind { margin: 0; color: var(--soft); font-size: .85rem; letter-spacing: .04em; text-transform: uppercase; }
.decision { margin: 0 0 1rem; padding: .9rem 1.2rem; background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--wait); border-radius: 6px; font-size: 1.2rem; line-height: 1.45; }
.decision.promoted { border-left-color: var(--good); } .decision.rolled-back { border-left-color: var(--bad); } .decision.aborted { border-left-color: var(--strong); }
.badge, .tag { display: inline-block; padding: .05em .6em; border: 1px solid currentColor; border-radius: 1em; font-size: .8rem; font-weight: 600; vertical-align: middle; white-space: nowrap; }
.badge { color: var(--wait); } .badge.promoted, .badge.variant-better { color: var(--good); } .badge.rolled-back, .badge.control-better { color: var(--bad); }
.badge.aborted, .badge.no-difference-worth-having, .tag { color: var(--soft); } .tag { font-weight: 400; font-size: .75rem; }
.note, small, figcaption + .legend { color: var(--soft); font-size: .85rem; } .note { margin: .8rem 0 0; }
.warning { margin: 1rem 0; padding: .7rem 1rem; border-left: 4px solid var(--warn); background: color-mix(in srgb, var(--warn) 12%, transparent); border-radius: 4px; }
.facts { display: flex; flex-wrap: wrap; gap: .6rem 2rem; margin: 0; } .facts dt { color: var(--soft); font-size: .8rem; } .facts dd { margin: 0; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { padding-bottom: .3rem; color: var(--soft); font-size: .85rem; text-align: left; }
th, td { padding: .45rem .9rem .45rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; color: var(--soft); font-size: .8rem; font-weight: 500; vertical-align: bottom; } tbody th { font-weight: 600; }
th.number, td.number { padding-right: 0; padding-left: .9rem; text-align: right; }
th.number + th:not(.number), td.number + td:not(.number) { padding-left: 2rem; } th small { display: block; font-weight: 400; }
td, thead th { overflow-wrap: break-word; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; margin: .3rem 0 .6rem; padding: 0; list-style: none; font-size: .9rem; } .legend b { font-weight: 600; font-variant-numeric: tabular-nums; }
.swatch { width: 20px; height: 8px; margin-right: .45rem; vertical-align: middle; }
.bar { display: block; width: 100%; height: 26px; border-radius: 5px; } .chart { display: block; width: 100%; height: auto; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.4rem 2rem; }
.split { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem 2rem; } .split + .split { margin-top: 1.2rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
.alone { max-width: 36rem; } figure { margin: 0; min-width: 0; } figcaption { font-weight: 600; }
.axis text { fill: var(--soft); font-size: 11.5px; } .grid { stroke: var(--line); } .zero { stroke: var(--strong); } .tick { stroke: var(--strong); } .change { stroke: var(--strong); stroke-dasharray: 2 4; }
.line { fill: none; stroke: var(--tint); stroke-width: 1.7; stroke-linejoin: round; stroke-linecap: round; } .band { fill: var(--tint); fill-opacity: .18; } .part { fill: var(--tint); }
.v0 { --tint: var(--v0); } .v1 { --tint: var(--v1); } .v2 { --tint: var(--v2); } .v3 { --tint: var(--v3); } .v4 { --tint: var(--v4); } .v5 { --tint: var(--v5); }
.line.v2, .line.v5 { stroke-dasharray: 7 4; } .line.v3 { stroke-dasharray: 2 4; } .line.v4 { stroke-dasharray: 9 4 2 4; }
.steps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr)); gap: .7rem; margin: 0; padding: 0; list-style: none; }
.steps li { padding: .6rem .8rem; border: 1px solid var(--line); border-top: 4px solid var(--line); border-radius: 6px; font-size: .85rem; } .steps b { font-size: 1.1rem; } .steps span { display: block; color: var(--soft); }
.steps .done { border-top-color: var(--good); } .steps .now { border-color: var(--wait); border-top-color: var(--wait); } .steps label { display: block; margin-top: .3rem; }
progress { display: block; width: 100%; height: .6rem; accent-color: var(--wait); } meter { width: 6rem; height: .8rem; vertical-align: middle; }
pre { margin: 0; padding: .8rem 1rem; background: var(--back); border-radius: 6px; font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; }
.examples { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; } .example { min-width: 0; padding: .7rem 1rem; background: var(--back); border-radius: 6px; } .example tbody th { min-width: 8.5em; } h3 { margin-top: 1rem; } .split h3 { margin-top: 0; }
footer { margin-top: 1.5rem; color: var(--soft); font-size: .9rem; } a { color: var(--wait); }
@media (max-width: 46rem) { main { padding-top: 1.2rem; } section { padding: 1rem; } h1 { font-size: 1.5rem; } .decision { font-size: 1.05rem; }
  table, tbody, tr, tbody th, td { display: block; } thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  caption { display: block; } tr { padding: .5rem 0; border-top: 1px solid var(--line); } tbody th, .example tbody th, td, td.number, td.number + td:not(.number) { min-width: 0; padding: .1rem 0; border: 0; text-align: left; }
  td::before { content: attr(data-title) ": "; color: var(--soft); } }
@media print { :root { color-scheme: light; --back: #fff; --card: #fff; --text: #000; --soft: #444; --line: #ccc; } body { font-size: 11px; } main { max-width: none; padding: 0; }
  section { padding: .6rem 0; border-width: 1px 0 0; border-radius: 0; } figure, tr, li, .example { break-inside: avoid; } h2, h3 { break-after: avoid; } .part, .band, progress, meter { print-color-adjust: exact; } footer a::after { content: " (" attr(href) ")"; } }
`
