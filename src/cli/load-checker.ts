import { keepYoungSpaceSmall } from './memory.js'

/** The checker with its compiler, which takes a third of a second to load: only the commands that need it pay for it. */
export async function loadChecker(): Promise<typeof import('../checker/index.js')> {
  keepYoungSpaceSmall()
  return import('../checker/index.js')
}
