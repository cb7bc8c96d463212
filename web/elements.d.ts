// The custom elements of @skyra/discord-components-core as JSX takes them.
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      [name: `discord-${string}`]: Record<string, unknown>;
    }
  }
}


export {};
