// Walks through a page in Chromium with real presses of Tab, and prints as JSON what was met on the way.
// Usage: node keyboard.mjs PAGE PROFILE
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

const [page, profile] = process.argv.slice(2);
const browser = spawn("chromium", [
  "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank",
], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
browser.on("error", (error) => { console.error(error.message); process.exit(1); });
const limit = setTimeout(() => { browser.kill("SIGKILL"); console.error("no end within 60 s"); process.exit(1); }, 60000);

let number = 0, read = "";
const waiting = new Map();
const events = new Map();
browser.stdio[4].setEncoding("utf8").on("data", (part) => {
  const messages = (read + part).split("\0");
  read = messages.pop();
  for (const message of messages.map((text) => JSON.parse(text))) {
    if (message.id !== undefined) waiting.get(message.id)(message);
    else events.get(message.method)?.();
  }
});
let sessionId;
const call = async (method, params = {}) => {
  const id = ++number;
  const answer = new Promise((done) => waiting.set(id, done));
  browser.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
  const { result, error } = await answer;
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
};
const value = async (expression) => {
  const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception.description);
  return result.value;
};
const keys = { Tab: [9, ""], Enter: [13, "\r"], Space: [32, " "] };
const press = async (key) => {
  const [windowsVirtualKeyCode, text] = keys[key];
  const named = { key: key === "Space" ? " " : key, code: key, windowsVirtualKeyCode };
  await call("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", text: text || undefined, ...named });
  await call("Input.dispatchKeyEvent", { type: "keyUp", ...named });
};

const { targetInfos } = await call("Target.getTargets");
const targetId = targetInfos.find((target) => target.type === "page").targetId;
({ sessionId } = await call("Target.attachToTarget", { targetId, flatten: true }));
await call("Page.enable");
const loaded = new Promise((done) => events.set("Page.loadEventFired", done));
await call("Page.navigate", { url: pathToFileURL(page).href });
await loaded;

// All that a mouse can work; each gets a number, which the walk must come by.
const things = await value(`(() => {
  window.things = [...document.querySelectorAll("a[href], button, summary, input, select, textarea, .scroll")];
  return things.length;
})()`);
const met = [];
for (let step = 0; step < things + 50; step++) {
  await press("Tab");
  const here = await value(`(() => {
    const element = document.activeElement;
    if (element === document.body || element === document.documentElement) return null;
    const style = getComputedStyle(element);
    const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const box = element.getBoundingClientRect();
    const name = element.getAttribute("aria-label") ?? element.textContent.trim();
    return { number: things.indexOf(element), tag: element.tagName.toLowerCase(), name: name.slice(0, 60), marked,
      seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth };
  })()`);
  if (here === null || met.some((other) => other.number === here.number)) break;
  met.push(here);
}
const left = await value(`things.filter((_, at) => !${JSON.stringify(met.map((one) => one.number))}.includes(at))
  .map((element) => element.outerHTML.slice(0, 120))`);

// What the buttons over the columns do: Enter sorts, Space turns the order round.
const sorts = [];
const first = met.find((one) => one.tag === "button");
if (first) {
  await value(`things[${first.number}].focus()`);
  for (const key of ["Enter", "Space"]) {
    await press(key);
    sorts.push(await value(`document.activeElement.closest("th").getAttribute("aria-sort")`));
  }
}
console.log(JSON.stringify({ things, met, left, sorts }));
clearTimeout(limit);
await call("Browser.close").catch(() => {});
