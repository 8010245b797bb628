import path from 'node:path'

/** The folder of the fixture services. */
export const services = path.resolve(import.meta.dirname, '../fixtures/services')

export function fixture(name: string): string {
  return path.join(services, name)
}
