import { parseConfig, toPolicy, type Policy } from '@spanguard/policy'
import config from './spanguard.config.json' with { type: 'json' }

/** The policy that the linter and the checker read too, from the same file. */
export const policy: Policy = toPolicy(parseConfig(config, 'spanguard.config.json'))
