// What digestbot sends to Discord: a message, the data of a modal, and the commands that it registers.
import type {
  APIModalInteractionResponseCallbackData, RESTPostAPIApplicationCommandsJSONBody, RESTPostAPIChannelMessageJSONBody,
} from "discord-api-types/v10";

export type Message = RESTPostAPIChannelMessageJSONBody;
export type Modal = APIModalInteractionResponseCallbackData;
export type Command = RESTPostAPIApplicationCommandsJSONBody;
