import { createHash } from 'node:crypto';

/** The whole of the page's style; light or dark as the reader's system is. Nothing is loaded from anywhere. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fbfbf9;--card:#fff;--ink:#1c2024;--soft:#5d6670;--rule:#e2e4e1;--strategy:#0b62c4;--hold:#a8620b;--bad:#b3261e;--good:#1a7f4b;--fall:#b3261e1f;--warn:#fff3d6;--warnink:#5b3b00;--warnrule:#e0a526}
@media (prefers-color-scheme:dark){:root{--paper:#121416;--card:#1a1d21;--ink:#e6e8ea;--soft:#9aa4ae;--rule:#2c3137;--strategy:#6cb2ff;--hold:#e3a04a;--bad:#ff8a80;--good:#63d297;--fall:#ff8a8026;--warn:#3a2c06;--warnink:#ffe2a3;--warnrule:#b98a1f}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1040px;margin:0 auto;padding:28px 20px 56px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:16px;margin:34px 0 10px}
p{margin:0 0 8px}
.soft,.note{color:var(--soft)}
.note{font-size:13px}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.banner{background:var(--warn);color:var(--warnink);border:1px solid var(--warnrule);border-left-width:6px;border-radius:8px;padding:12px 16px;margin:0 0 22px}
.banner strong{display:block;font-size:16px}
.notices{margin:14px 0 0;padding:0;list-style:none}
.notices li{border-left:3px solid var(--warnrule);padding:2px 0 2px 12px;margin:6px 0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:10px;margin:22px 0 0}
.figures div{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:10px 14px}
.figures span{display:block;color:var(--soft);font-size:13px}
.figures b{font-size:21px;font-weight:650;font-variant-numeric:tabular-nums;white-space:nowrap}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:14px 16px;overflow-x:auto}
svg{display:block;width:100%;min-width:600px;height:auto}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}
.line.strategy{stroke:var(--strategy)}.line.hold{stroke:var(--hold);stroke-dasharray:5 3}.line.drawdown{stroke:var(--bad);stroke-width:1.3}
.area{fill:var(--fall)}
.grid{stroke:var(--rule);stroke-width:1}
.label{fill:var(--soft);font-size:12px;font-variant-numeric:tabular-nums}
.label.value{text-anchor:end}.label.date{text-anchor:middle}
.mark{stroke-width:1.5;stroke:var(--soft)}.mark.upside{stroke:var(--good)}.mark.downside{stroke:var(--bad)}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;margin:0 0 6px;font-size:13px;color:var(--soft)}
.legend i{display:inline-block;width:22px;height:0;border-top:3px solid;margin-right:7px;vertical-align:middle}
.legend .strategy{border-color:var(--strategy)}.legend .hold{border-color:var(--hold);border-top-style:dashed}.legend .upside{border-color:var(--good)}.legend .downside{border-color:var(--bad)}.legend .limit{border-color:var(--soft)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:6px 10px;border-bottom:1px solid var(--rule);white-space:nowrap;vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:13px}
th:first-child,td:first-child,.left{text-align:left}
td.wrap{white-space:normal;min-width:240px}
tr:last-child td{border-bottom:0}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:0 26px;align-items:start}
.good{color:var(--good)}.bad{color:var(--bad)}
@media print{.card,.figures div{break-inside:avoid}}
`;

/** The one style that the page's policy lets through; whatever else got into the page would do nothing. */
const STYLE_SHA256 = createHash('sha256').update(STYLE).digest('base64');

export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_SHA256}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
