// What digestbot sends to Slack: the arguments of chat.postMessage and of views.open, and the answer to view_submission.
import type {
  ActionsBlock, ContextBlock, DividerBlock, HeaderBlock, InputBlock, ModalView, RichTextBlock, SectionBlock,
} from "@slack/types";

type Block = ActionsBlock | ContextBlock | DividerBlock | HeaderBlock | InputBlock | RichTextBlock | SectionBlock;

export interface Message {
  text: string;
  blocks: Block[];
  mrkdwn: boolean;
  unfurl_links: boolean;
  unfurl_media: boolean;
}

export interface Modal {
  view: Omit<ModalView, "blocks"> & { blocks: Block[] };
}

export interface Errors {
  response_action: "errors";
  errors: Record<string, string>;
}
