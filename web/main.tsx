// Shows the payloads of the page as the platforms' own components would, and leaves digestbot's drawing where it fails.
import type { ReactNode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import type { Data, Theme } from "./data";
import { Discord } from "./discord";
import { Slack } from "./slack";

const data: Data = JSON.parse(document.getElementById("payloads")?.textContent ?? "{}");
const dark = document.querySelector<HTMLInputElement>("#dark");

function mount(name: "slack" | "discord", draw: (theme: Theme) => ReactNode) {
  const stage = document.querySelector(`.stage.${name}`);
  const live = stage?.querySelector<HTMLElement>(".live");
  if (!stage || !live) return;
  const root = createRoot(live, { onUncaughtError: () => stage.classList.remove("drawn") });
  const render = () => flushSync(() => root.render(draw(dark?.checked ? "dark" : "light")));
  stage.classList.add("drawn");
  render();
  document.addEventListener("change", render);
}

mount("slack", (theme) => <Slack payloads={data.slack} day={data.day} theme={theme} />);
mount("discord", (theme) => <Discord payloads={data.discord} day={data.day} theme={theme} />);
