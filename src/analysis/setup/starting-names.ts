const STARTING = /^(?:bootstrap|configure|default$|enable|init|instrument|load|register|run|set[uU]p|start)/

/** Does the name of a function say that it sets something going? A default export is called what its module is. */
export function isStartingName(name: string): boolean {
  return STARTING.test(name)
}
