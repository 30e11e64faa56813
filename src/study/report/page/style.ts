/** The page's one style sheet. No script is needed: theme, filters and toggles are radios, `:has()` and `<details>`. */
import { changeSteps, type Tone, tokens } from './colours.ts'

/** @param conditions how many conditions have samples: each gets a filter by its number */
export function styleSheet(conditions: number): string {
  return [theme(), base, layout, intervals, multiples, curves, heat, samples, filters(conditions), forced, print].join(
    '\n',
  )
}

function theme(): string {
  const plain = Object.entries(tokens).map(([name, tone]) => `--${name}:${tone.light}`)
  const both = Object.entries(tokens).map(([name, tone]) => `--${name}:${lightDark(tone)}`)
  const steps = [...changeSteps].map(
    ([name, step]) => `.${name}{background:${lightDark(step.background)};color:${lightDark(step.text)}}`,
  )
  return `
:root{color-scheme:light dark;${plain.join(';')}}
@supports (color:light-dark(#000,#fff)){:root{${both.join(';')}}}
:root:has(#theme-light:checked){color-scheme:light}
:root:has(#theme-dark:checked){color-scheme:dark}
${steps.join('\n')}`
}

function lightDark(tone: Tone): string {
  return `light-dark(${tone.light},${tone.dark})`
}

/** Behind what it overrules. */
const forced = `
@media (forced-colors:active){:root{--paper:Canvas;--ink:CanvasText;--muted:CanvasText;--rule:CanvasText;--holds:CanvasText;--broken:CanvasText;--undecided:CanvasText;--tint-holds:Canvas;--tint-broken:Canvas;--tint-undecided:Canvas}
.badge,.heat td{border:1px solid CanvasText}.grid{stroke-opacity:.3}.theme label:has(:checked),.chips label:has(:checked){border-bottom-color:Highlight}.theme label,.chips label{border-bottom-color:Canvas}}`

const base = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:400 16px/1.5 Inter,"Inter Variable",ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
h1,h2,h3,h4,p,ul,dl,dd,figure,fieldset,table,pre{margin:0;padding:0}
ul.text{padding-left:20px}
h1{font-size:24px;line-height:32px;font-weight:600;letter-spacing:-.01em}
h2{font-size:24px;line-height:32px;font-weight:600;letter-spacing:-.01em}
h3{font-size:18px;line-height:24px;font-weight:600}
h4{font-size:16px;line-height:24px;font-weight:600}
a{color:inherit;text-underline-offset:3px;text-decoration-thickness:1px}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:2px solid var(--ink);outline-offset:2px;border-radius:2px}
code,pre,.answer,.prompt{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{font-size:.9em;overflow-wrap:anywhere}
pre{font-size:14px;line-height:20px;white-space:pre-wrap;overflow-wrap:anywhere}
table{border-collapse:collapse}
summary{cursor:pointer;min-height:24px}
summary::marker{color:var(--muted)}
svg{display:block;overflow:visible}
svg text{font-size:12px;fill:var(--muted)}
fieldset{border:0;min-width:0}
.small{font-size:14px;line-height:20px}
.tiny{font-size:12px;line-height:16px}
.muted{color:var(--muted)}
.text{max-width:72ch}
.nowrap{white-space:nowrap}
.text-of-model{unicode-bidi:isolate}
.only-read{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.t-holds{color:var(--holds)}.t-broken{color:var(--broken)}.t-undecided{color:var(--undecided)}
.badge{display:inline-flex;align-items:center;gap:8px;padding:4px 12px;border-radius:4px;font-weight:600;font-size:14px;line-height:20px;white-space:nowrap}
.badge.t-holds{background:var(--tint-holds)}.badge.t-broken{background:var(--tint-broken)}.badge.t-undecided{background:var(--tint-undecided)}
.state{display:inline-flex;align-items:center;gap:8px;white-space:nowrap;font-weight:600}
.glyph{flex:none}`

const layout = `
.skip{position:absolute;left:-9999px}.skip:focus{left:16px;top:8px;background:var(--paper);padding:8px}
header,main,footer{max-width:1184px;margin:0 auto;padding:0 16px}
@media (min-width:720px){header,main,footer{padding:0 32px}}
header{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center;justify-content:space-between;padding-top:16px;padding-bottom:16px}
.brand{display:flex;align-items:center;gap:8px;font-weight:600}
.theme{display:flex;gap:0;font-size:14px;line-height:20px}
.theme label,.chips label{display:inline-flex;align-items:center;min-height:28px;padding:2px 8px 0;cursor:pointer;color:var(--muted);border-bottom:2px solid transparent}
.theme input,.chips input{position:absolute;opacity:0;pointer-events:none}
.theme label:has(:checked),.chips label:has(:checked){color:var(--ink);border-bottom-color:var(--ink)}
.theme label:has(:focus-visible),.chips label:has(:focus-visible){outline:2px solid var(--ink);outline-offset:2px}
.intro{padding:24px 0 8px}
.intro .what{margin-top:4px}
.labels{margin-top:16px;border-left:2px solid var(--ink);padding:4px 0 4px 16px;max-width:72ch}
.label-line{margin-top:8px}
nav ul{display:flex;flex-wrap:wrap;gap:0 24px;list-style:none;margin-top:16px}
nav a{display:inline-block;padding:4px 0;font-size:14px;line-height:20px}
section{border-top:1px solid var(--rule);padding:32px 0;scroll-margin-top:8px}
section section{border-top:0;padding:24px 0 0}
section>h2+.text,section>h3+.text{margin-top:8px}
.verdict .named{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center}
.sentence{font-size:20px;line-height:30px;max-width:60ch;margin-top:12px;text-wrap:pretty}
@media (min-width:720px){.sentence{font-size:24px;line-height:34px}}
.verdict .labels{margin-top:16px}
.verdict .link{margin-top:16px}
.figures{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:24px 16px;margin-top:32px}
@media (min-width:720px){.figures{grid-template-columns:repeat(4,minmax(0,1fr));gap:0}.figures>div{padding:0 24px;border-left:1px solid var(--rule)}.figures>div:first-child{padding-left:0;border-left:0}}
.figures dt{font-size:14px;line-height:20px;font-weight:600}
.figures .big{font-size:32px;line-height:40px;font-weight:600;letter-spacing:-.02em}
.figures .state{margin-left:-2px}
.figures .big small{font-size:14px;line-height:20px;font-weight:400;letter-spacing:0;color:var(--muted);margin-left:6px}
.more{margin-top:16px}
.more>summary{font-size:14px;line-height:24px;color:var(--muted);width:fit-content}
.more>summary:hover{color:var(--ink)}
.scroll{overflow-x:auto;margin-top:8px;max-width:100%}
.plain{font-size:14px;line-height:20px}
.plain th,.plain td{padding:6px 16px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
.plain th{font-weight:600}
.plain thead th{color:var(--muted);font-weight:400;white-space:nowrap;vertical-align:bottom}
.plain .number{text-align:right;white-space:nowrap}
.facts{display:grid;grid-template-columns:1fr;gap:4px 24px;margin-top:16px;font-size:14px;line-height:20px}
@media (min-width:560px){.facts{grid-template-columns:max-content minmax(0,1fr);gap:8px 24px}}
.facts dt{color:var(--muted)}
.facts dd{overflow-wrap:anywhere}
@media (max-width:559px){.facts dd{margin-bottom:8px}}
.methods p+p{margin-top:12px}
.empty{margin-top:8px}
footer{border-top:1px solid var(--rule);padding-top:24px;padding-bottom:48px;color:var(--muted);font-size:14px;line-height:20px}`

const intervals = `
.iv{margin-top:32px;font-size:14px;line-height:20px}
.iv table,.iv thead,.iv tbody{display:block;width:100%}
.iv caption{display:block;text-align:left}
.iv th,.iv td{display:block;text-align:left;font-weight:400;min-width:0}
.iv tr{display:grid;align-items:start;column-gap:12px}
.iv .c-axis{grid-area:axis;font-weight:600}.iv .c-suite{grid-area:suite}.iv .c-base{grid-area:base}.iv .c-pic{grid-area:pic}.iv .c-change{grid-area:change;font-weight:600}.iv .c-ci{grid-area:ci}.iv .c-n{grid-area:n}.iv .c-lg{grid-area:lg}.iv .c-state{grid-area:state}.iv .c-why{grid-area:why;color:var(--muted)}
.iv .c-suite b{font-weight:600;overflow-wrap:anywhere}
.iv .c-suite span{display:block;color:var(--muted)}
.iv thead th{color:var(--muted);font-weight:400!important}
.iv .nowrap{white-space:nowrap}
.iv .pic{position:relative}
.iv .pic svg{position:absolute;left:0;top:0;width:100%;height:100%}
.iv tbody tr{border-top:1px solid var(--rule)}
.iv .outside td,.iv .outside th{font-weight:400}
.zero{stroke:var(--ink);stroke-width:1}
.the-line{stroke:var(--broken);stroke-width:1.5;stroke-dasharray:4 3}
.beyond{fill:var(--tint-broken);fill-opacity:.7}
.grid{stroke:var(--rule);stroke-width:1}
.bar{stroke:currentColor;stroke-width:2}
.bar.dashed{stroke-dasharray:5 3}
.bar.faint{stroke-width:1}
.tick{stroke:currentColor;stroke-width:1.5}
.mrow .tick{transform:scaleY(.6)}
.mark{fill:currentColor;stroke:currentColor;stroke-width:2}
.mark.ring{fill:var(--paper)}
svg .line-label{fill:var(--broken)}
svg .leaves{fill:currentColor}
@media (min-width:960px){
.iv tr{grid-template-columns:96px minmax(0,1.3fr) 92px minmax(0,2fr) 60px 92px 44px 64px 140px;grid-template-areas:"axis suite base pic change ci n lg state" "axis suite base pic why why why why why";grid-template-rows:auto 1fr;padding:0}
.iv tbody td,.iv tbody th{padding-top:12px}.iv tbody .c-suite,.iv tbody .c-why{padding-bottom:12px}.iv .c-why{padding-top:4px!important}
.iv thead tr{grid-template-areas:"axis suite base pic change ci n lg state";align-items:end}
.iv thead .c-why{display:none}
.iv .c-pic{margin:0 20px;align-self:stretch;padding:0!important}
.iv .c-pic .pic{height:100%;min-height:56px}
.iv thead .pic{min-height:36px!important}
.iv .c-change,.iv .c-n,.iv .c-ci,.iv .c-lg{text-align:right}
.iv .again>span{display:none}
}
@media (max-width:959px){
.iv tr{grid-template-columns:minmax(88px,auto) 1fr 1fr auto;grid-template-areas:"axis axis state state" "suite suite suite suite" "pic pic pic pic" "base change ci n" "lg lg lg lg" "why why why why";row-gap:4px;padding:12px 0}
.iv .c-state{text-align:right;justify-self:end}
.iv thead tr{padding:0}
.iv thead th:not(.c-pic){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.iv .c-pic{margin:0 20px}
.iv .c-pic .pic{height:44px}
.iv thead .pic{height:36px}
.iv td[data-label]::before{content:attr(data-label);display:block;color:var(--muted);font-size:12px;line-height:16px;font-weight:400}
.iv .c-lg[data-label]::before{display:inline;margin-right:6px}
}`

const multiples = `
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,304px),1fr));gap:32px 40px;margin-top:24px}
.multiple h3{font-size:16px;overflow-wrap:anywhere}
.multiple header{display:block;padding:0;max-width:none}
.multiple .who{min-height:40px}
.multiple .rows{margin-top:8px;border-top:1px solid var(--rule)}
.mrow{display:grid;grid-template-columns:80px minmax(0,1fr) 36px 20px;column-gap:8px;align-items:stretch;font-size:12px;line-height:28px;border-bottom:1px solid var(--rule)}
.mrow .pic{position:relative;min-height:28px;margin:0 18px}
.mrow .pic svg{position:absolute;left:0;top:0;width:100%;height:100%}
.mrow .change{text-align:right;font-weight:600}
.mrow .glyph{align-self:center}
.maxis{border-bottom:0;line-height:16px}
.maxis .pic{min-height:20px}
.multiple .word{margin-top:2px;font-size:14px;line-height:20px;color:var(--muted)}
.multiple .word .state{color:var(--ink)}`

const curves = `
.pair-of-charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,480px),1fr));gap:32px 48px;margin-top:24px}
.curve .plot{display:grid;grid-template-columns:48px minmax(0,1fr) 112px;margin-top:16px}
.curve svg{width:100%;height:256px}
.c-line{stroke:var(--ink);stroke-width:2}
.c-line.other{stroke-width:1;opacity:.22}
.c-line.control{stroke-dasharray:6 4}
.c-dot{fill:var(--ink);stroke:var(--paper);stroke-width:1.5}
.c-dot.control{fill:var(--paper);stroke:var(--ink);stroke-width:2}
.c-chosen{stroke:var(--ink);stroke-width:1;stroke-dasharray:2 3}
svg .c-name{fill:var(--ink)}
.c-whisker{stroke:var(--muted);stroke-width:1}
.four-axes{margin-top:32px}
.four-axes h4{margin-top:24px}
.axis-curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,224px),1fr));gap:16px 24px;margin-top:8px}
.axis-curve figcaption{font-size:14px;line-height:20px;font-weight:600}
.axis-curve .plot{display:grid;grid-template-columns:44px minmax(0,1fr);padding-right:12px}
.axis-curve svg{width:100%;height:176px;overflow:visible}
.trade-off .plot{display:grid;grid-template-columns:48px minmax(0,720px);margin-top:16px}
.trade-off .plot>svg{width:100%;height:320px;overflow:visible}
#breakdown h3{margin-top:24px}#breakdown .scroll{margin-top:12px}#breakdown .scroll+p{margin-top:32px}
.map .plot>svg{width:100%;max-width:768px;height:336px;overflow:visible}.map .frame{fill:none;stroke:var(--rule)}.m-before{fill:var(--paper);stroke:var(--ink);stroke-width:1;opacity:.55}.m-after{fill:var(--ink);stroke:var(--paper);stroke-width:1}.moved{stroke:var(--ink);stroke-width:2}.halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px}.sample-mark{vertical-align:-3px;margin-right:4px}
.front{stroke:var(--muted);stroke-width:2;stroke-dasharray:1 4;stroke-linecap:round}
.leader{stroke:var(--muted);stroke-width:1}
.c-reference{stroke:var(--muted);stroke-width:1.5;fill:none}`

const heat = `
.heat{margin-top:16px}
.heat table{font-size:14px;line-height:20px;border-collapse:separate;border-spacing:2px}
.heat th{font-weight:400;text-align:left;padding:4px 8px 4px 0}
.heat thead th{vertical-align:bottom;max-width:120px;font-size:12px;line-height:16px;color:var(--muted);overflow-wrap:anywhere}
.heat tbody th{min-width:112px;max-width:280px;overflow-wrap:anywhere;position:sticky;left:0;background:var(--paper)}
@media (max-width:559px){.heat tbody th{max-width:120px;font-size:12px;line-height:16px}}
.heat td{min-width:64px;padding:6px 8px;text-align:right;white-space:nowrap}
.heat .gap{min-width:8px;padding:0}
.few{background-image:repeating-linear-gradient(135deg,transparent 0 4px,color-mix(in srgb,currentColor 45%,transparent) 4px 5px);background-size:22px 100%;background-repeat:no-repeat}
.key{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center;margin-top:12px;font-size:12px;line-height:16px;color:var(--muted)}
.key span.run{display:inline-flex;align-items:center;gap:8px}
.key i{display:inline-block;width:20px;height:14px}
.key i.few{border:1px solid var(--rule);color:var(--ink)}
.key .strip{display:inline-flex;border:1px solid var(--rule)}`

const samples = `
.chips{display:grid;gap:4px;margin-top:16px}
.chips fieldset{display:grid;grid-template-columns:80px minmax(0,1fr);font-size:14px;line-height:20px}
.chips .legend{padding:4px 0;color:var(--muted)}
.chips .options{display:flex;flex-wrap:wrap;gap:0 8px;min-width:0}
.chips label{overflow-wrap:anywhere;min-width:0}
.group{padding-top:32px}
.group h3 span{font-weight:400}
.group h4,#breakdown h3,#breakdown h4,.methods h3{margin-top:24px}
.sample{border-top:1px solid var(--rule)}
.group .samples{margin-top:8px;border-bottom:1px solid var(--rule)}
.sample>summary{display:grid;grid-template-columns:16px 92px minmax(0,1fr);gap:0 8px;align-items:baseline;padding:10px 0;list-style:none;font-size:14px;line-height:20px}
.sample>summary::-webkit-details-marker{display:none}
.sample>summary::before{content:"+";color:var(--muted);font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.sample[open]>summary::before{content:"−"}
.sample>summary .head{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.sample>summary .meta{display:block;color:var(--muted);font-size:12px;line-height:16px}
.sample[open]>summary .head{display:none}
.change-word{font-weight:600;font-size:12px;line-height:20px}
.inside{padding:0 0 24px}
@media (min-width:720px){.inside{padding-left:24px}}
.prompt{font-size:14px;line-height:20px;white-space:pre-wrap;overflow-wrap:anywhere;max-height:300px;overflow:auto;border-left:2px solid var(--rule);padding-left:16px}
.prompt .wrapper{color:var(--muted)}
.pair{display:grid;gap:24px 40px;margin-top:16px}
@media (min-width:720px){.pair{grid-template-columns:1fr 1fr}}
.pair>div{min-width:0}
.pair h5{margin:0;font-size:12px;line-height:16px;font-weight:600;color:var(--muted)}
.answer{font-size:14px;line-height:22px;white-space:pre-wrap;overflow-wrap:anywhere;margin-top:8px}
.answer del{text-decoration:line-through;text-decoration-thickness:1px;background:var(--tint-undecided);color:inherit}
.answer ins{text-decoration:underline;text-decoration-thickness:2px;text-underline-offset:3px;background:var(--tint-undecided);color:inherit}
.answer mark{background:color-mix(in srgb,var(--ink) 14%,transparent);color:inherit;font-weight:700}
.judged{margin-top:4px;font-size:14px;line-height:20px}
.judged q{overflow-wrap:anywhere}
.inside>.tiny{margin-top:12px}
.veil{margin-top:8px}
.veil>summary{font-size:14px;line-height:24px;padding:8px 12px;background:repeating-linear-gradient(135deg,var(--tint-undecided) 0 8px,transparent 8px 16px);border:1px solid var(--rule);border-radius:4px}
.veil>summary span{background:var(--paper);padding:2px 6px;border-radius:2px}
:root:has(#diff-only:checked) .answer .eq{font-size:0}
:root:has(#diff-only:checked) .answer .eq::after{content:" … ";font-size:14px;color:var(--muted)}`

function filters(conditions: number): string {
  const hide = (when: string, what: string) => `:root:has(#${when}:checked) ${what}{display:none}`
  const shown = ['lost', 'gained', 'same', 'unscored'].map(change =>
    hide(`show-${change}`, `.sample:not(.is-${change})`),
  )
  const axes = ['efficacy', 'general', 'control', 'robustness'].map(axis =>
    hide(`axis-${axis}`, `.of-suite:not(.on-${axis})`),
  )
  const groups = Array.from({ length: conditions }, (_, i) => hide(`condition-${i}`, `.group:not(#samples-${i})`))
  return [...shown, ...axes, ...groups].join('\n')
}

const print = `
@media print{
:root{color-scheme:light!important}
header .theme,nav,.chips,.skip{display:none!important}
body{font-size:12px}
section{padding:16px 0}
.iv tr,.multiple,.curve,.sample,.pair{break-inside:avoid}
h2,h3,h4{break-after:avoid}
.beyond,.heat td,.badge{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}`
