// What digestbot writes into the page, see digestbot/rendering/page.py.

export type Theme = "light" | "dark";

export interface SlackPayload {
  blocks?: unknown[];
  text?: string;
}

export interface Component {
  type: number;
  label?: string;
  style?: number;
  url?: string;
  disabled?: boolean;
  placeholder?: string;
  options?: { label: string; description?: string }[];
  components?: Component[];
}

export interface Embed {
  title?: string;
  url?: string;
  description?: string;
  color?: number;
  author?: { name: string; url?: string };
  footer?: { text: string };
  fields?: { name: string; value: string; inline?: boolean }[];
}

export interface DiscordPayload {
  content?: string;
  embeds?: Embed[];
  components?: Component[];
}

export interface Data {
  day: string;
  slack: SlackPayload[];
  discord: DiscordPayload[];
}

export const NAME = "digestbot";

export const AVATAR = document.querySelector<HTMLImageElement>("img.avatar")?.src ?? "data:,";

// Links of other schemes than these two are shown as text.
export const webAddress = (url: string | undefined) => (url && /^https?:\/\//i.test(url) ? url : undefined);
