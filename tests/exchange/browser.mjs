// Opens a page in Chromium and speaks with it: `open(page, profile)` gives `call` and `value`, and `close`.
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

export async function open(page, profile) {
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
    const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception.description);
    return result.value;
  };
  const { targetInfos } = await call("Target.getTargets");
  const targetId = targetInfos.find((target) => target.type === "page").targetId;
  ({ sessionId } = await call("Target.attachToTarget", { targetId, flatten: true }));
  await call("Page.enable");
  const loaded = new Promise((done) => events.set("Page.loadEventFired", done));
  await call("Page.navigate", { url: pathToFileURL(page).href });
  await loaded;
  const close = async () => {
    clearTimeout(limit);
    await call("Browser.close").catch(() => {});
  };
  return { call, value, close };
}
