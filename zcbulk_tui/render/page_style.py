"""The style of the published page: one sheet, light and dark, for a phone and for a wall."""

STYLE = """
:root{color-scheme:light dark;--bg:#f7f7f5;--card:#fff;--text:#1d2126;--dim:#5d666f;--rule:#e2e4e2;
--ok:#2f855a;--bad:#c53030;--amber:#975a16;--run:#2b6cb0;--track:#e4e7e6;--guess:#7fbf9d}
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1b1f23;--text:#e4e7ea;--dim:#98a2ab;
--rule:#2c3238;--ok:#57b382;--bad:#f07b73;--amber:#e0a84a;--run:#74b0ee;--track:#30373d;
--guess:#3c7558}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);
font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:1280px;margin:0 auto;padding:24px}
h1{font-size:20px;font-weight:650;margin:0 12px 0 0;display:inline-block}
h1,th[scope=row],.note,.r{unicode-bidi:isolate;overflow-wrap:anywhere}
.env{font-size:12px;font-weight:600;border-radius:4px;padding:1px 6px;margin-left:6px;
border:1px solid currentColor;color:var(--dim);white-space:nowrap}
.env.P{color:var(--bad)}
header p{margin:6px 0 0}
.state{display:flex;flex-wrap:wrap;gap:2px 18px;font-weight:600}
.state b{font-weight:inherit}
.dim,small,caption,footer{color:var(--dim)}
table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--rule);
border-radius:10px;border-spacing:0;margin:20px 0 12px;font-variant-numeric:tabular-nums}
caption{caption-side:bottom;text-align:left;padding:10px 2px 0;font-size:13px}
th,td{padding:9px 10px;text-align:right;vertical-align:middle;border-top:1px solid var(--rule);
white-space:nowrap}
thead th{border:0;font-size:12px;font-weight:600;color:var(--dim)}
th:first-child{padding-left:16px}
td:last-child,thead th:last-child{padding-right:16px}
th[scope=row],thead th:nth-child(-n+2),.p,.w,thead th:nth-child(8),.r,thead th:nth-child(9)
{text-align:left}
th[scope=row]{font-weight:600;white-space:normal;width:19%;min-width:190px}
th small{display:block;font-weight:400;font-size:12px}
tfoot th,tfoot td{font-weight:600}
.p{width:22%;min-width:160px}
.p u{display:flex;height:10px;border-radius:5px;overflow:hidden;background:var(--track);
text-decoration:none}
.p i{flex:none;min-width:0}
.s{background:var(--ok)}
.f{background:repeating-linear-gradient(90deg,var(--bad) 0 3px,var(--card) 3px 4px)}
.e{background:repeating-linear-gradient(-45deg,var(--guess) 0 3px,var(--track) 3px 6px)}
.p b{font-weight:600;font-size:13px}
.p small{font-size:12px}
.ok{color:var(--ok)}.bad{color:var(--bad)}.amber{color:var(--amber)}.run{color:var(--run)}
.r{white-space:normal;min-width:122px}
.w{font-weight:600}
.est{font-style:italic}
.legend i{display:inline-block;width:22px;height:9px;border-radius:3px;margin:0 5px 0 14px;
border:1px solid var(--rule)}
.legend i:first-child{margin-left:0}
.legend i:last-of-type{background:var(--track)}
.note{margin:8px 0}
footer{font-size:13px;margin-top:18px}
a{color:inherit}
@media(max-width:1120px){main{padding:16px 12px}
table,tbody,tfoot,caption{display:block}
table{background:none;border:0;margin:14px 0}
thead{position:absolute;clip-path:inset(50%);height:1px;overflow:hidden}
tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(88px,1fr));gap:4px 10px;
background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:12px;
margin-bottom:10px}
th,td,td:last-child,th:first-child{border:0;padding:0;text-align:left;white-space:normal}
th[scope=row],.p{grid-column:1/-1;width:auto}
.r{min-width:0}
td:empty{display:none}
td:not(.p)::before{display:block;font-size:11px;font-weight:400;font-style:normal;
color:var(--dim);content:"OK"}
td:nth-of-type(3)::before{content:"Failed"!important}
td:nth-of-type(4)::before{content:"Left"!important}
td:nth-of-type(5)::before{content:"Records/s"!important}
td:nth-of-type(6)::before{content:"Ends in"!important}
td:nth-of-type(7)::before{content:"Risk"!important}
td:nth-of-type(8)::before{content:"State"!important}
td:nth-of-type(9)::before{content:"Read at"!important}
.r,.w{order:1}}
@media(max-width:600px){.w{grid-column:span 2}}
@media print{body{background:#fff}}
"""
