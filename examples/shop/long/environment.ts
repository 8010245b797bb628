/** An address that the service can't do without. */
export function addressOf(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: give it the address that the service printed when it started`)
  return value
}
