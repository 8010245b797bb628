/** What `spanguard build-policy` made of spanguard.config.json, which the linter and the checker read. */
export { default as policy } from './spanguard.policy.json' with { type: 'json' }
