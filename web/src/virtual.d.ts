declare module "virtual:rules" {
  /** The names of the rules by their ids. */
  export const rules: Record<string, string>;
}
