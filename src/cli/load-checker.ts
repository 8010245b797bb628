import { suitOneRun } from './engine.js'

/** The checker with its compiler, which takes a third of a second to load: only the commands that need it pay for it. */
export async function loadChecker(): Promise<typeof import('../checker/index.js')> {
  suitOneRun()
  return import('../checker/index.js')
}
