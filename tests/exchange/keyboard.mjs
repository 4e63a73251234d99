// Walks through a page in Chromium with real presses of Tab, and prints as JSON what was met on the way.
// Usage: node keyboard.mjs PAGE PROFILE
import { open } from "./browser.mjs";

const { call, value, close } = await open(...process.argv.slice(2));
const keys = { Tab: [9, ""], Enter: [13, "\r"], Space: [32, " "] };
const press = async (key) => {
  const [windowsVirtualKeyCode, text] = keys[key];
  const named = { key: key === "Space" ? " " : key, code: key, windowsVirtualKeyCode };
  await call("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", text: text || undefined, ...named });
  await call("Input.dispatchKeyEvent", { type: "keyUp", ...named });
};

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
await close();
