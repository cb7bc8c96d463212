import "@skyra/discord-components-core";
import { AVATAR, NAME, webAddress, type Component, type DiscordPayload, type Embed, type Theme } from "./data";
import { Markdown } from "./markdown";

// docs.discord.com/developers/components/reference
const ROW = 1;
const BUTTON = 2;
const STYLES = ["secondary", "primary", "secondary", "success", "destructive", "secondary"];

export function Discord({ payloads, day, theme }: { payloads: DiscordPayload[]; day: string; theme: Theme }) {
  // The key makes them anew: some components read the theme only then.
  return (
    <discord-messages key={theme} light-theme={theme === "light"} no-background>
      {payloads.map((payload, number) => (
        <discord-message key={number} author={NAME} avatar={AVATAR} bot timestamp={new Date(`${day}T09:00`)}>
          <Markdown text={payload.content ?? ""} />
          {payload.embeds?.map((embed, place) => <Card key={place} embed={embed} />)}
          {payload.components && (
            <discord-attachments slot="components">
              {payload.components.map((one, place) => (
                <Row key={place} row={one} />
              ))}
            </discord-attachments>
          )}
        </discord-message>
      ))}
    </discord-messages>
  );
}

function Card({ embed }: { embed: Embed }) {
  const { title, url, description, color, author, footer, fields } = embed;
  return (
    <discord-embed
      slot="embeds"
      embed-title={title}
      url={webAddress(url)}
      color={color === undefined ? undefined : `#${color.toString(16).padStart(6, "0")}`}
      author-name={author?.name}
      author-url={webAddress(author?.url)}
    >
      {description && (
        <discord-embed-description slot="description">
          <Markdown text={description} />
        </discord-embed-description>
      )}
      {fields && (
        <discord-embed-fields slot="fields">
          {fields.map((field, place) => (
            <discord-embed-field key={place} field-title={field.name} inline={field.inline}>
              <Markdown text={field.value} />
            </discord-embed-field>
          ))}
        </discord-embed-fields>
      )}
      {footer && <discord-embed-footer slot="footer">{footer.text}</discord-embed-footer>}
    </discord-embed>
  );
}

function Row({ row }: { row: Component }) {
  const inside = row.type === ROW ? (row.components ?? []) : [row];
  return (
    <discord-action-row>
      {inside.map((one, place) =>
        one.type === BUTTON ? (
          <discord-button key={place} type={STYLES[one.style ?? 2]} url={webAddress(one.url)} disabled={one.disabled}>
            {one.label}
          </discord-button>
        ) : (
          <discord-string-select-menu key={place} placeholder={one.placeholder ?? "Choose"}>
            {one.options?.map((option, nth) => (
              <discord-string-select-menu-option key={nth} label={option.label} description={option.description} />
            ))}
          </discord-string-select-menu>
        ),
      )}
    </discord-action-row>
  );
}
