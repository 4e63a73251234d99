// Holds a page against the rules of axe-core in light, dark and print, with all that unfolds unfolded, and prints
// as JSON what breaks a rule, what the rules could not decide, and how many rules the page passed. Of texts in
// drawings axe-core tells no colours, so their contrast is reckoned here, as rule `drawing-contrast`.
// Usage: node axe.mjs PAGE PROFILE AXE, where AXE is the file axe.min.js
import { readFileSync } from "node:fs";
import { open } from "./browser.mjs";

const [page, profile, axe] = process.argv.slice(2);
const { call, value, close } = await open(page, profile);
await value(`${readFileSync(axe, "utf8")}; for (const one of document.querySelectorAll("details")) one.open = true`);
const drawings = `(() => {
  const colour = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a)];
  const light = (rgb) => rgb.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const paper = colour(getComputedStyle(document.documentElement).backgroundColor);
  const weak = [];
  for (const text of document.querySelectorAll("svg text")) {
    const box = text.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    let ground = paper;
    for (const shape of text.ownerSVGElement.querySelectorAll("rect, circle")) {
      const place = shape.getBoundingClientRect(), { fill, opacity } = getComputedStyle(shape);
      const under = place.left < x && x < place.right && place.top < y && y < place.bottom && fill !== "none";
      if (under) { const [r, g, b, a] = colour(fill); ground = over([r, g, b, a * opacity], ground); }
    }
    const lights = [light(over(colour(getComputedStyle(text).fill), ground)), light(ground.slice(0, 3))];
    const contrast = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
    if (contrast < 4.5) weak.push([text.outerHTML.slice(0, 160), contrast.toFixed(2)]);
  }
  return weak;
})()`;
const found = { rules: 0, faults: [], unsure: [] };
for (const [media, scheme] of [["screen", "light"], ["screen", "dark"], ["print", "light"]]) {
  await call("Emulation.setEmulatedMedia", { media, features: [{ name: "prefers-color-scheme", value: scheme }] });
  const { passes, violations, incomplete } = await value(`axe.run(document, { resultTypes: ["violations", "incomplete"] }).then((found) => {
    const brief = ({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((node) => [node.html.slice(0, 160), node.failureSummary]) });
    return { passes: found.passes.length, violations: found.violations.map(brief), incomplete: found.incomplete.map(brief) };
  })`);
  found.rules = Math.max(found.rules, passes);
  found.faults.push(...violations.map((fault) => ({ media, scheme, ...fault })));
  const weak = await value(drawings);
  if (weak.length) found.faults.push({ media, scheme, id: "drawing-contrast", impact: "serious", nodes: weak });
  found.unsure.push(...incomplete.map((fault) => ({ media, scheme, ...fault })));
}
console.log(JSON.stringify(found));
await close();
