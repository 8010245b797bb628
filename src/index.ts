import { rules } from '../rules/index.js'
import { createPresets, type Preset, type PresetName, type PresetPlugin } from './configs/presets.js'
import { version } from './version.js'

// A preset holds the plugin itself, since ESLint refuses two objects under one namespace.
const built = { meta: { name: 'eslint-plugin-spanguard', version, namespace: 'spanguard' }, rules }
const plugin: PresetPlugin & { readonly configs: Record<PresetName, Preset> } = Object.assign(built, { configs: createPresets(built) })

/** The plugin: `spanguard.configs.recommended` in eslint.config is all that most projects need. */
export default plugin
export const { configs } = plugin
export { rules }
// `require('eslint-plugin-spanguard')` gives the plugin itself, as it does for a CommonJS package.
export { plugin as 'module.exports' }
