const light = '--page:#f6f7fb;--card:#fff;--raised:#fff;--line:#e3e6ef;--text:#171a26;--soft:#596079;--faint:#5f6680;--accent:#4338ca;--accent-soft:#eceafd;--good:#0f7a4d;--good-soft:#dff5ea;--warn:#8a5a00;--warn-fill:#e0a32e;--warn-soft:#fdf0d3;--bad:#b4232f;--bad-soft:#fde4e6;--code:#f1f3f9;--mark:#ffd9dc;--shadow:0 1px 2px rgb(20 24 40 / 6%),0 6px 20px rgb(20 24 40 / 5%);color-scheme:light'
const dark = '--page:#0e1118;--card:#161a24;--raised:#1b202c;--line:#272d3c;--text:#e8ebf4;--soft:#a5adc4;--faint:#99a1b8;--accent:#a5a0ff;--accent-soft:#26264a;--good:#5fd6a0;--good-soft:#12301f;--warn:#f0bd5b;--warn-fill:#f0bd5b;--warn-soft:#33270f;--bad:#ff8f98;--bad-soft:#3a171c;--code:#10141d;--mark:#5a1f28;--shadow:0 1px 2px rgb(0 0 0 / 40%),0 8px 24px rgb(0 0 0 / 25%);color-scheme:dark'

/** The page's style sheet. Colours are variables of two themes; text on every ground has a contrast of at least 4.5. */
export const style = `
:root{${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
:root[data-theme=light]{${light}}
:root[data-theme=dark]{${dark}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:76px}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-font-smoothing:antialiased}
code,pre,kbd,.method,.spans li{font-family:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:6px}
[hidden]{display:none!important}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.skip{position:absolute;left:-999px;top:8px;z-index:9;background:var(--card);padding:8px 14px;border-radius:8px}
.skip:focus{left:12px}
.top{position:sticky;top:0;z-index:5;display:flex;align-items:center;gap:22px;padding:11px max(24px,calc((100vw - 1072px)/2));background:color-mix(in srgb,var(--page) 82%,transparent);backdrop-filter:blur(14px);border-bottom:1px solid var(--line)}
.brand{display:flex;align-items:center;gap:9px;font-weight:650;letter-spacing:-.01em}
.brand svg,#theme svg{width:21px;height:21px;fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round}
.brand svg{color:var(--accent)}
.search{position:relative;flex:1;max-width:430px}
.search input{width:100%;padding:8px 36px 8px 13px;border:1px solid var(--line);border-radius:10px;background:var(--card);color:inherit;font:inherit;font-size:14px}
.search input::placeholder{color:var(--faint)}
.search input:focus{border-color:var(--accent);outline:3px solid var(--accent-soft)}
.search input::-webkit-search-cancel-button{display:none}
.search kbd{position:absolute;right:9px;top:8px}
kbd{padding:1px 7px;border:1px solid var(--line);border-bottom-width:2px;border-radius:6px;background:var(--raised);color:var(--soft);font-size:12px}
.top nav{display:flex;gap:18px;margin-left:auto;font-size:14px}
.top nav a{color:var(--soft);text-decoration:none}
.top nav a:hover{color:var(--text)}
#theme{display:grid;place-items:center;width:36px;height:36px;padding:0;border:1px solid var(--line);border-radius:10px;background:var(--card);color:var(--soft);cursor:pointer}
#theme svg{stroke-width:2}
#theme .half{fill:currentColor;stroke:none}
main{max-width:1120px;margin:0 auto;padding:34px 24px 20px}
section{margin-bottom:46px}
h1{margin:0 0 4px;font-size:29px;line-height:1.2;letter-spacing:-.022em;font-weight:680}
h2{display:flex;align-items:center;gap:10px;margin:0 0 15px;font-size:20px;letter-spacing:-.014em}
h3{margin:0;font-size:15.5px;letter-spacing:-.005em}
h4{margin:18px 0 8px;color:var(--soft);font-size:13px;font-weight:600}
.count,.filter span{padding:1px 8px;border-radius:99px;background:var(--accent-soft);color:var(--accent);font-size:12.5px;font-weight:600}
.hero{display:flex;align-items:center;gap:34px;padding:28px 32px;margin-bottom:20px;background:var(--card);border:1px solid var(--line);border-radius:20px;box-shadow:var(--shadow)}
.hero p{margin:0;color:var(--soft)}
.ring{flex:none;width:138px;height:138px}
.ring circle{fill:none;stroke-width:10}
.ring .track{stroke:var(--line)}
.ring .arc{stroke:currentColor;stroke-linecap:butt;transform:rotate(-90deg);transform-origin:center}
.ring text{text-anchor:middle;fill:var(--text)}
.ring .figure{font-size:31px;font-weight:700;letter-spacing:-1px}
.ring .unit{font-size:16px;font-weight:500;fill:var(--soft)}
.ring .caption{font-size:10.5px;fill:var(--soft)}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
.ring.warn .arc{stroke:var(--warn-fill)}.card.warn .meter span{background:var(--warn-fill)}
.figures{display:flex;flex-wrap:wrap;gap:8px 32px;margin:18px 0 0}
.figures div{display:flex;align-items:baseline;gap:7px}
.figures dd{order:-1;margin:0;font-size:21px;font-weight:680;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.figures dt{color:var(--soft);font-size:13.5px}
.matches{min-height:1.5em;margin:0 0 12px;color:var(--soft);font-size:14px}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:14px}
.card{padding:17px 19px;background:var(--card);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shadow)}
.card h3{overflow-wrap:anywhere}
.card h3 a{color:var(--text);text-decoration:none}
.card h3 a:hover{text-decoration:underline}
.share{display:flex;align-items:baseline;gap:8px;margin:7px 0 9px}
.share strong{font-size:23px;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.share span,.card .by{color:var(--soft);font-size:13.5px}
.card .by{margin:11px 0 0;overflow-wrap:anywhere}
.meter{height:6px;border-radius:9px;background:var(--line);overflow:hidden}
.meter span{display:block;height:100%;border-radius:9px;background:currentColor}
.tag{padding:1px 8px;border-radius:6px;background:var(--code);color:var(--soft);font-size:12px;font-weight:600;white-space:nowrap}
.tag.warn,.problems .unchecked .tag{background:var(--warn-soft);color:var(--warn)}
.problems .config .tag{background:var(--bad-soft);color:var(--bad)}
.problems ul{margin:0;padding:0;list-style:none;background:var(--card);border:1px solid var(--line);border-radius:14px}
.problems li{padding:11px 17px;overflow-wrap:anywhere}
.problems li+li{border-top:1px solid var(--line)}
.filters{display:flex;flex-wrap:wrap;gap:8px;margin-bottom:18px}
.filter{padding:5px 7px 5px 12px;border:1px solid var(--line);border-radius:99px;background:var(--card);color:var(--soft);font:inherit;font-size:13.5px;cursor:pointer}
.filter:hover{color:var(--text)}
.filter[aria-pressed=true]{border-color:var(--accent);background:var(--accent-soft);color:var(--accent)}
.group{margin-bottom:24px}
.group>h3{display:flex;align-items:center;gap:9px;margin:0 0 10px}
.finding{margin-bottom:8px;background:var(--card);border:1px solid var(--line);border-left:3px solid var(--bad);border-radius:12px;overflow:hidden}
.finding.warn{border-left-color:var(--warn);color:inherit}
.finding[open]{box-shadow:var(--shadow)}
.finding>summary{display:flex;gap:14px;padding:13px 17px;cursor:pointer;list-style:none}
.finding>summary::-webkit-details-marker{display:none}
.finding>summary:hover{background:var(--raised)}
.finding>summary:focus-visible{outline-offset:-2px}
.severity{flex:none;align-self:flex-start;min-width:64px;margin-top:2px;padding:0 9px;border-radius:6px;background:var(--bad-soft);color:var(--bad);font-size:12.5px;font-weight:650;text-align:center}
.finding.warn .severity{background:var(--warn-soft);color:var(--warn)}
.what{display:block;min-width:0}
.message{display:block;overflow-wrap:anywhere}
.where{display:flex;flex-wrap:wrap;gap:2px 14px;margin-top:3px;color:var(--soft);font-size:13px}
.where code,.place,.steps code{overflow-wrap:anywhere;font-size:12.5px}
.rule{color:var(--faint)}
.body{padding:2px 17px 16px 95px}
.frame{margin:0;padding:11px 0;border:1px solid var(--line);border-radius:10px;background:var(--code);font-size:13px;line-height:1.65;overflow-x:auto}
.line{display:block;min-width:max-content;padding-right:18px;white-space:pre;color:var(--soft)}
.line.hit{color:var(--text);background:color-mix(in srgb,var(--bad) 8%,transparent)}
.number{display:inline-block;width:4.2em;padding-right:1.3em;color:var(--faint);text-align:right;user-select:none}
mark{background:var(--mark);color:inherit;border-radius:3px;box-shadow:0 0 0 1px var(--mark)}
.steps{position:relative;margin:0;padding:0;list-style:none}
.steps li{position:relative;display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 18px;padding:3px 0 3px 22px}
.steps li::before{content:"";position:absolute;left:4px;top:10px;width:8px;height:8px;border-radius:50%;background:var(--accent)}
.steps li:not(:last-child)::after{content:"";position:absolute;left:7px;top:18px;bottom:-10px;width:2px;background:var(--line)}
.steps code{color:var(--soft)}
.help{margin:14px 0 0;font-size:13.5px}
.hint,.empty{margin:-6px 0 16px;color:var(--soft)}
.empty{margin:0;padding:26px;background:var(--card);border:1px dashed var(--line);border-radius:14px;text-align:center}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:14px}
.map{width:100%;border-collapse:collapse;font-size:14px}
.map th,.map td{padding:11px 17px;text-align:left;vertical-align:top;font-weight:400}
.map thead th{color:var(--soft);font-size:12.5px;font-weight:600}
.map tbody tr{border-top:1px solid var(--line)}
.map tbody tr:hover{background:var(--raised)}
.map th[scope=row]{width:38%;min-width:230px}
.map td:nth-child(2){width:30%;min-width:200px}
.route{display:block;overflow-wrap:anywhere}
.route code{font-weight:600;font-size:13.5px}
.place{display:block;margin-top:2px;color:var(--soft)}
.method{display:inline-block;min-width:52px;padding:0 7px;border-radius:6px;background:var(--accent-soft);color:var(--accent);font-size:11.5px;font-weight:700;text-align:center}
.method.get{background:var(--good-soft);color:var(--good)}
.method.delete{background:var(--bad-soft);color:var(--bad)}
.method.put,.method.patch{background:var(--warn-soft);color:var(--warn)}
.status{font-weight:600}
.status::before{content:"";display:inline-block;width:8px;height:8px;margin-right:7px;border-radius:50%;background:currentColor}
.traced .status{color:var(--good)}.untraced .status{color:var(--bad)}.other-apm .status{color:var(--warn)}.ignored .status{color:var(--faint)}
.map .by{display:block;color:var(--soft);overflow-wrap:anywhere}
.way summary{margin-top:3px;color:var(--accent);font-size:13px;cursor:pointer}
.way .steps{margin-top:4px;font-size:13px}
.spans{display:flex;flex-wrap:wrap;gap:6px;margin:0;padding:0;list-style:none}
.spans li{position:relative;padding:1px 9px;border:1px solid var(--line);border-left:3px solid var(--accent);border-radius:6px;background:var(--code);font-size:12.5px;overflow-wrap:anywhere}
.none{color:var(--faint);font-size:13.5px}
footer{max-width:1120px;margin:0 auto;padding:20px 24px 44px;border-top:1px solid var(--line);color:var(--soft);font-size:13.5px}
@media (max-width:760px){.top{flex-wrap:wrap;gap:10px 14px}.top nav{display:none}.search{order:3;flex-basis:100%;max-width:none}#theme{margin-left:auto}.hero{flex-direction:column;align-items:flex-start;gap:18px;padding:22px}.body{padding-left:17px}.finding>summary{flex-direction:column;gap:6px}main{padding:20px 14px}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{.top,.filters,footer,.skip{display:none}.finding .body{display:block}body{background:#fff}.card,.finding,.hero{box-shadow:none;break-inside:avoid}}
`
