import { Message, type Block } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";
import { AVATAR, NAME, webAddress, type SlackPayload, type Theme } from "./data";

// The component undoes Slack's escapes before it looks for markup, takes a "<" of plain text for markup, and takes
// `verbatim`, which only keeps Slack from linking addresses by itself, to mean that nothing is markup. So links go
// through it as numbers, and other texts without what it would mistake.
type Link = { url: string; label: string };

const NUMBERED = "https://link.invalid/";

export function Slack({ payloads, day, theme }: { payloads: SlackPayload[]; day: string; theme: Theme }) {
  const links: Link[] = [];
  return payloads.map((payload, number) => (
    <Message
      key={number}
      blocks={asShown(payload.blocks ?? [], links) as Block[]}
      logo={AVATAR}
      name={NAME}
      time={new Date(`${day}T09:00`)}
      theme={theme}
      hooks={{
        link: ({ href, className, children }) => {
          const link = href.startsWith(NUMBERED) ? links[parseInt(href.slice(NUMBERED.length))] : undefined;
          return (
            <a href={webAddress(link?.url ?? href)} className={className} target="_blank" rel="noopener noreferrer">
              {link?.label ?? children}
            </a>
          );
        },
      }}
    />
  ));
}

function asShown(value: unknown, links: Link[]): unknown {
  if (Array.isArray(value)) return value.map((one) => asShown(one, links));
  if (value === null || typeof value !== "object") return value;
  const { type, text, verbatim, ...rest } = value as Record<string, unknown>;
  const others = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, asShown(inner, links)]));
  if (type === "mrkdwn") return { ...others, type, text: withoutEscapes(numbered(String(text), links)) };
  if (type === "plain_text") return { ...others, type, text: withoutEscapes(String(text).replaceAll("<", "&lt;")) };
  return { ...others, type, ...(text === undefined ? {} : { text: asShown(text, links) }) };
}

const numbered = (text: string, links: Link[]) =>
  text.replace(/<(https?:[^|>]+)\|([^>]*)>/g, (_, url: string, label: string) => {
    links.push({ url: literal(url), label: literal(label) });
    return `<${NUMBERED}${links.length - 1}|link>`;
  });

// A word joiner, which has no width, keeps what follows a "<" from being markup.
const withoutEscapes = (text: string) => literal(text.replaceAll("&lt;", "<\u2060"));

const literal = (text: string) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
