/** The one stylesheet: system fonts, two colour schemes, no image. Text contrast is 4.5:1 or better in both. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f6;
  --card: #ffffff;
  --text: #16191f;
  --soft: #565d6b;
  --line: #d9dce3;
  --edge: #868d9b;
  --accent: #2b54c4;
  --accent-strong: #2142a0;
  --on-accent: #ffffff;
  --tint: #eef2fd;
  --danger: #a8201a;
  --danger-tint: #fdf0ef;
  --good: #17663a;
  --good-tint: #edf8f1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101217;
    --card: #191c23;
    --text: #eceef3;
    --soft: #a6adbb;
    --line: #2e333e;
    --edge: #767e8d;
    --accent: #8fabff;
    --accent-strong: #b2c5ff;
    --on-accent: #0e1530;
    --tint: #1f2739;
    --danger: #ffa79f;
    --danger-tint: #33201f;
    --good: #86d9a8;
    --good-tint: #172a20;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: grid;
  grid-template-columns: minmax(0, 26.5rem);
  justify-content: center;
  align-content: safe center;
  padding: 2rem 1rem;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
}
main {
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 14px;
  padding: 2rem;
  overflow-wrap: anywhere;
  box-shadow: 0 1px 2px rgb(16 20 30 / 4%), 0 12px 32px rgb(16 20 30 / 6%);
}
.service { margin: 0 0 1.5rem; font-weight: 650; letter-spacing: -0.01em; color: var(--soft); }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
h2 { margin: 2rem 0 .5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); font-size: 1.0625rem; line-height: 1.35; font-weight: 650; }
p { margin: 0 0 1rem; }
.lead, .soft { color: var(--soft); }
.after { margin-top: 1.5rem; }
.soft { font-size: .9375rem; }
a { color: var(--accent); text-underline-offset: .2em; }
a:hover { color: var(--accent-strong); }
form { margin: 0; }
main > :last-child, section > :last-child { margin-bottom: 0; }
.field { margin: 0 0 1.125rem; }
label { display: block; margin: 0 0 .375rem; font-weight: 550; }
.hint { margin: -.25rem 0 .375rem; color: var(--soft); font-size: .875rem; }
input[type="text"], input[type="password"] {
  width: 100%;
  min-height: 2.875rem;
  padding: .5rem .75rem;
  color: inherit;
  background: var(--card);
  border: 1px solid var(--edge);
  border-radius: 8px;
  font: inherit;
}
input[aria-invalid="true"] { border-color: var(--danger); box-shadow: inset 0 0 0 1px var(--danger); }
.field-error { margin: 0 0 .375rem; color: var(--danger); font-size: .9375rem; }
.button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  min-height: 2.875rem;
  padding: .5rem 1.25rem;
  border: 1px solid transparent;
  border-radius: 8px;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  text-decoration: none;
  cursor: pointer;
}
.button:hover { background: var(--accent-strong); color: var(--on-accent); }
.quiet { background: transparent; border-color: var(--edge); color: var(--text); }
.quiet:hover { background: var(--tint); color: var(--text); }
.small { min-height: 2.25rem; padding: .25rem .875rem; font-size: .9375rem; white-space: nowrap; }
.link { min-height: 2.75rem; padding: .25rem; background: none; border: 0; color: var(--accent); font-weight: 500; text-decoration: underline; text-underline-offset: .2em; }
.link:hover { background: none; color: var(--accent-strong); }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
.actions > * { flex: 1 1 8rem; }
form > .wide { margin-top: .375rem; }
.cancel { margin-top: .5rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.summary, .notice { margin: 0 0 1.5rem; padding: .75rem 1rem; border: 1px solid var(--danger); border-left-width: 5px; border-radius: 8px; background: var(--danger-tint); }
.who + .summary, .who + .notice { margin: 1.25rem 0; }
.summary p, .notice p { margin: 0; }
.summary a { color: var(--danger); font-weight: 550; }
.good { border-color: var(--good); background: var(--good-tint); }
.calm { border-color: var(--edge); background: var(--tint); }
.app { display: flex; align-items: center; gap: .875rem; margin: 0 0 1.25rem; }
.logo {
  flex: none;
  display: grid;
  place-items: center;
  width: 3.5rem;
  height: 3.5rem;
  border: 1px solid var(--line);
  border-radius: 12px;
  overflow: hidden;
  contain: strict;
  background: var(--tint);
  color: var(--accent);
  font-weight: 650;
  font-size: 1.125rem;
}
.logo img { display: block; width: 100%; height: 100%; object-fit: contain; background: #ffffff; }
.app-name { display: block; font-weight: 650; }
.app-home { font-size: .9375rem; }
.scopes { list-style: none; margin: .75rem 0 0; padding: 0; border: 1px solid var(--line); border-radius: 10px; }
.scopes li { position: relative; padding: .75rem 1rem .75rem 2.625rem; }
.scopes li + li { border-top: 1px solid var(--line); }
.scopes li::before {
  content: "";
  position: absolute;
  left: 1.125rem;
  top: 1.125rem;
  width: .4rem;
  height: .75rem;
  border: solid var(--accent);
  border-width: 0 2px 2px 0;
  transform: rotate(42deg);
}
.scope-name { display: block; color: var(--soft); font: .8125rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.who { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .75rem; margin: 1.25rem 0 0; color: var(--soft); font-size: .9375rem; }
.who strong { color: var(--text); font-weight: 600; }
.apps { list-style: none; margin: 1rem 0 0; padding: 0; }
.apps li { display: flex; align-items: flex-start; gap: .875rem; padding: 1rem 0; border-top: 1px solid var(--line); }
.apps li:first-child { border-top: 0; padding-top: 0; }
.apps li:last-child { padding-bottom: 0; }
.apps .logo { width: 2.5rem; height: 2.5rem; font-size: .9375rem; border-radius: 9px; }
.apps div { flex: 1 1 0; min-width: 0; }
.apps form { flex: none; }
.apps ul { display: block; margin: .25rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: .9375rem; }
.apps ul li { display: list-item; padding: 0; border: 0; }
details { margin-top: 1.5rem; color: var(--soft); font-size: .9375rem; }
summary { cursor: pointer; padding: .25rem 0; }
.detail { margin: .5rem 0 0; padding: .75rem 1rem; background: var(--tint); border-radius: 8px; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.or { display: flex; align-items: center; gap: .75rem; margin: 1.5rem 0; color: var(--soft); font-size: .9375rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.wide { width: 100%; }
@media (max-width: 30rem) {
  body { padding: 0; background: var(--card); grid-template-columns: minmax(0, 1fr); align-content: start; }
  .apps li { flex-wrap: wrap; }
  .apps form { width: 100%; padding-left: 3.375rem; }
  main { border: 0; border-radius: 0; padding: 1.5rem 1.25rem; box-shadow: none; }
}
@media (forced-colors: active) {
  .button, .logo { border-color: ButtonText; }
}
`.trimStart()
