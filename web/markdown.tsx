// Discord's markdown as Discord's components: what is not escaped shows as a mention, a link or a format.
import { parse } from "discord-markdown-parser";
import type { ReactNode } from "react";
import { webAddress } from "./data";

type Node = ReturnType<typeof parse>[number];
type Draw = (node: Node, inner: () => ReactNode) => ReactNode;

const mention = (type: string, name: (node: Node) => string): Draw => (node) => (
  <discord-mention type={type}>{name(node)}</discord-mention>
);

const link: Draw = (node, inner) => {
  const address = webAddress(String(node.target));
  return address ? (
    <discord-link href={address} target="_blank" rel="noopener noreferrer">
      {inner()}
    </discord-link>
  ) : (
    inner()
  );
};

const TABLE: Record<string, Draw> = {
  text: (node) => node.content,
  br: () => <br />,
  newline: () => <br />,
  strong: (_, inner) => <discord-bold>{inner()}</discord-bold>,
  em: (_, inner) => <discord-italic>{inner()}</discord-italic>,
  underline: (_, inner) => <discord-underlined>{inner()}</discord-underlined>,
  strikethrough: (_, inner) => <s>{inner()}</s>,
  spoiler: (_, inner) => <discord-spoiler>{inner()}</discord-spoiler>,
  subtext: (_, inner) => <discord-subscript>{inner()}</discord-subscript>,
  heading: (node, inner) => <discord-header level={node.level}>{inner()}</discord-header>,
  blockQuote: (_, inner) => <discord-quote>{inner()}</discord-quote>,
  inlineCode: (node) => <discord-code>{node.content}</discord-code>,
  codeBlock: (node) => <discord-code multiline>{node.content}</discord-code>,
  link,
  url: link,
  autolink: link,
  user: mention("user", (node) => node.id),
  role: mention("role", (node) => node.id),
  channel: mention("channel", (node) => node.id),
  slashCommand: mention("slash", (node) => node.fullName),
  everyone: mention("role", () => "everyone"),
  here: mention("role", () => "here"),
  twemoji: (node) => node.name,
  emoji: (node) => `:${node.name}:`,
  timestamp: (node) => new Date(Number(node.timestamp) * 1000).toLocaleString(),
};

export function Markdown({ text }: { text: string }) {
  return draw(parse(text, "extended"));
}

function draw(nodes: Node[]): ReactNode {
  return nodes.map((node, number) => <span key={number}>{drawOne(node)}</span>);
}

function drawOne(node: Node): ReactNode {
  const inner = () => (Array.isArray(node.content) ? draw(node.content) : String(node.content ?? ""));
  return (TABLE[node.type] ?? ((_, within) => within()))(node, inner);
}
