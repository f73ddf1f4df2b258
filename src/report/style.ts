/** @file How reports look: one column of text, figures a little wider, light and dark, screen, phone and paper. */
import { html } from './html.ts';

/** The style sheet of a report. */
export const style = html`
:root {
  --paper: #fdfcfa; --ink: #23211e; --soft: #66615a; --line: #dcd7cf; --panel: #f4f1ec;
  --first: #b8410e; --second: #1d5fbf; --third: #4d7a12; --reference: #7b756c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #191817; --ink: #e9e6e1; --soft: #a8a29a; --line: #3b3835; --panel: #242220;
    --first: #f59a5f; --second: #82b1f7; --third: #a5cf63; --reference: #989188;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 3.5rem 1.25rem 4rem; max-width: 46rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.62 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; hyphens: manual; overflow-wrap: break-word;
}
h1, h2 { line-height: 1.2; text-wrap: balance; letter-spacing: -0.012em; font-weight: 650; }
h1 { font-size: clamp(1.9rem, 1.3rem + 3vw, 2.75rem); margin: 0 0 1rem; }
h2 { font-size: clamp(1.35rem, 1.15rem + 1vw, 1.7rem); margin: 0 0 0.9rem; }
section { margin-top: 3.25rem; padding-top: 2.25rem; border-top: 1px solid var(--line); }
p, ul, ol, pre { margin: 0 0 1.05rem; }
p, li { text-wrap: pretty; }
a { color: inherit; text-decoration-color: var(--reference); text-underline-offset: 0.18em; }
.lead { font-size: 1.2rem; line-height: 1.55; color: var(--soft); }
nav ol { margin: 1.75rem 0 0; padding: 0; list-style: none; counter-reset: part; columns: 2 17rem; column-gap: 2.5rem; font-size: 0.95rem; }
nav li { counter-increment: part; padding: 0.16rem 0 0.16rem 1.6rem; position: relative; break-inside: avoid; line-height: 1.4; }
nav li::before { content: counter(part); position: absolute; left: 0; color: var(--reference); }
nav a { text-decoration: none; }
nav a:hover, nav a:focus-visible { text-decoration: underline; }
strong { font-weight: 650; }
.remark { background: var(--panel); border-radius: 0.5rem; padding: 0.8rem 1.05rem; }
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.88em; }
pre { background: var(--panel); border-radius: 0.5rem; padding: 0.9rem 1.05rem; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.7; }
pre code { font-size: 1em; }
figure { margin: 1.75rem 0; }
figcaption { color: var(--soft); font-size: 0.92rem; line-height: 1.5; margin-top: 0.6rem; }
img { display: block; width: 100%; height: auto; border-radius: 3px; }
img.pixels { image-rendering: pixelated; }
.row + .row { margin-top: 1.25rem; }
.row-title { margin: 0 0 0.55rem; font-weight: 600; font-size: 0.98rem; line-height: 1.4; }
.cells { display: grid; grid-template-columns: repeat(var(--columns), minmax(0, 1fr)); column-gap: clamp(0.6rem, 2.2vw, 1.1rem); }
.cell { display: grid; grid-row: span 3; grid-template-rows: subgrid; grid-template-columns: minmax(0, 1fr); row-gap: 0; align-items: start; margin-bottom: 0.9rem; overflow-wrap: anywhere; }
.cell > img { grid-row: 2; }
.cell-title { grid-row: 1; align-self: end; margin: 0 0 0.4rem; font-size: 0.86rem; color: var(--soft); line-height: 1.3; }
.cell-caption { grid-row: 3; margin-top: 0.4rem; font-size: 0.86rem; line-height: 1.35; }
.scroll { overflow-x: auto; margin: 1.5rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.95rem; line-height: 1.45; }
caption { text-align: left; color: var(--soft); font-size: 0.92rem; padding-bottom: 0.6rem; }
th, td { text-align: left; padding: 0.45rem 0.9rem 0.45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { color: var(--soft); font-size: 0.86rem; vertical-align: bottom; }
tbody th { font-weight: 600; }
th:last-child, td:last-child { padding-right: 0; }
td.number, th.number { text-align: right; } td.number, tbody th { white-space: nowrap; }
.chart { display: block; width: 100%; height: auto; overflow: visible; }
.chart text { fill: var(--soft); font-size: 14px; }
.legend { display: flex; flex-wrap: wrap; gap: 0.35rem 1.5rem; margin: 0.9rem 0 0; padding: 0; list-style: none; font-size: 0.92rem; }
.legend li { display: flex; align-items: center; gap: 0.5rem; }
.chart.key { width: 2.1rem; flex: none; }
.bars { list-style: none; margin: 0; padding: 0; }
.bars li + li { margin-top: 0.3rem; }
.bar-words { display: flex; flex-wrap: wrap; justify-content: space-between; column-gap: 0.5rem; }
.bar { display: block; width: 100%; height: 0.3rem; border-radius: 2px; margin-top: 0.1rem; }
.bar .track { fill: var(--line); } .bar .fill { fill: var(--reference); }
.bar.first .fill { fill: var(--first); } .bar.second .fill { fill: var(--second); } .bar.third .fill { fill: var(--third); }
.tone-first { color: var(--first); } .tone-second { color: var(--second); } .tone-third { color: var(--third); }
details { margin: 0.9rem 0 1.05rem; } summary { cursor: pointer; color: var(--soft); font-size: 0.95rem; }
footer { margin-top: 3.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.9rem; }
@media (max-width: 36rem) {
  body { padding-top: 2rem; font-size: 1rem; }
  section { margin-top: 2.5rem; padding-top: 1.75rem; }
  .chart:not(.key) text { font-size: 21px; }
  th, td { padding-right: 0.6rem; }
  .cells { grid-template-columns: repeat(var(--narrow), minmax(0, 1fr)); }
  .cell-title, .cell-caption { font-size: 0.8rem; }
  tbody th { white-space: normal; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --panel: #f2f2f2; --first: #b8410e; --second: #1d5fbf; --third: #4d7a12; --reference: #666; }
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  nav { display: none; }
  section { margin-top: 1.5rem; padding-top: 1rem; }
  h2 { break-after: avoid; }
  figure, table, pre, .row { break-inside: avoid; }
  img, .bar, .chart { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
