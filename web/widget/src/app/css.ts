/** The window: a panel in the corner, the whole screen on a phone. */
export function windowCss(position: string): string {
  const side = position === "left" ? "left" : "right";
  return `
.window{position:fixed;bottom:92px;${side}:20px;width:min(380px,calc(100vw - 40px));
 height:min(640px,calc(100vh - 112px));height:min(640px,calc(100dvh - 112px));display:flex;flex-direction:column;background:var(--bg);
 color:var(--ink);border:1px solid var(--line);border-radius:16px;overflow:hidden;
 box-shadow:0 12px 48px rgb(0 0 0/.3)}
header{display:flex;align-items:center;gap:8px;padding:14px 8px 14px 18px;background:var(--accent);
 color:var(--on-accent)}
h2{flex:1;font-size:18px;font-weight:650;overflow-wrap:anywhere}
.icon{width:44px;height:44px;display:grid;place-items:center;border-radius:10px;flex:none}
header :focus-visible{outline-color:var(--on-accent)}
.notice{padding:10px 18px;font-size:14px;color:var(--soft);border-bottom:1px solid var(--line)}
.log{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:16px}
ol{list-style:none;padding:0;display:flex;flex-direction:column;gap:10px}
li{display:flex;flex-direction:column;align-items:flex-start}
li.own{align-items:flex-end}
.day{align-self:center;align-items:center;padding:6px 0;font-size:13px;color:var(--soft)}
.bubble{max-width:85%;padding:9px 13px;border-radius:16px;background:var(--theirs);
 overflow-wrap:anywhere;white-space:pre-wrap}
.own .bubble{background:var(--accent);color:var(--on-accent)}
.bubble a{text-decoration:underline;text-underline-offset:3px}
.by,.meta{font-size:13px;color:var(--soft);padding:0 4px}
.meta button{text-decoration:underline;color:var(--ink);min-height:24px;padding:0 4px}
.bad{color:var(--bad)}
img,video{max-width:100%;max-height:260px;border-radius:10px;display:block}
audio{max-width:100%}
progress{width:100%;height:6px;accent-color:currentColor}
.older{display:block;margin:0 auto 12px;min-height:44px;padding:0 16px;border-radius:10px;
 border:1px solid var(--line)}
.status{min-height:24px;padding:0 18px 4px;font-size:14px;color:var(--soft)}
form.composer{display:flex;align-items:flex-end;gap:2px;padding:8px;
 border-top:1px solid var(--line)}
::placeholder{color:var(--soft);opacity:1}
textarea,input{width:100%;padding:10px 12px;border:1px solid var(--soft);border-radius:10px;
 background:var(--bg);color:var(--ink);font-size:16px;resize:none}
.composer textarea{flex:1;min-width:0;max-height:132px;border-color:transparent;
 field-sizing:content}
.composer .icon{color:var(--soft)}
.composer .icon.send{color:var(--ink)}
.emoji{display:grid;grid-template-columns:repeat(8,1fr);padding:8px;
 border-top:1px solid var(--line)}
.emoji button{height:44px;font-size:22px;border-radius:10px}
.icon:hover,.emoji button:hover{background:color-mix(in srgb,currentColor 12%,transparent)}
form.ask{display:flex;flex-direction:column;gap:14px;flex:1;overflow-y:auto;padding:20px 18px}
form.ask p{overflow-wrap:anywhere}
label{display:block;font-size:14px;font-weight:600;margin-bottom:4px}
label small{font-weight:400;color:var(--soft)}
form.ask textarea{min-height:96px;resize:vertical}
.problem{font-size:14px;color:var(--bad);margin-top:4px}
.main{min-height:48px;border-radius:12px;background:var(--accent);color:var(--on-accent);
 font-weight:650;flex:none}
.main:focus-visible{outline-color:var(--ink)}
.hear{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
 white-space:nowrap}
@media (max-width:520px){
 .window{inset:0;width:100%;height:100vh;height:100dvh;border:0;border-radius:0;
  padding-bottom:env(safe-area-inset-bottom)}
 header{padding-top:max(14px,env(safe-area-inset-top))}
}
@media (prefers-reduced-motion:no-preference){
 .window:not([hidden]){animation:rise .16s ease-out}
 @keyframes rise{from{opacity:0;translate:0 12px}}
}`;
}
