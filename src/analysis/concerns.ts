import type { Config } from '@spanguard/policy'

import { mayConcernSetup } from '../otel/setup.js'
import { mayHaveHandlers } from './handlers.js'
import { mentionsTracing } from './index.js'

/**
 * Can a rule have anything to say of a file? Told by the words of the tables, before the file is parsed.
 *
 * @param filename absolute path
 */
export function mayConcernRules(config: Config, text: string, filename: string): boolean {
  const { approved = [], accept = [] } = config.setup ?? {}
  return approved.length + accept.length > 0 || mentionsTracing(config, text) || mayConcernSetup(text) || mayHaveHandlers(config, text, filename)
}
