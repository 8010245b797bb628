export * from './config.js'
export { configSchema } from './config-schema.js'
export { type ExportedKeys, type ExportScope, type ExportVerdict, judgeExportedKey, listExportedKeys } from './export.js'
export type * from './facts.js'
export type * from './finding.js'
export type * from './framework.js'
export { hashPolicy } from './hash.js'
export { classOfKey, type KeyClass } from './key-class.js'
export { classifyName, isVetoedName, type SensitiveClass } from './keys.js'
export { splitName } from './names.js'
export { findNearest } from './nearest.js'
export { ownText } from './own-text.js'
export { ruleDescriptions, traceRuleDescriptions } from './rule-descriptions.js'
export type * from './setup-facts.js'
export { findSensitiveText, isCardNumber, maskText, REDACTED, type TextKind, type TextMatch } from './text.js'
export { judgeAttributeWrite, selectFindings } from './judges/attribute.js'
export { judgeFact } from './judges/fact.js'
export { judgeErrorPath, judgeLifetime, judgeSpanEnd, judgeStatusMessage } from './judges/lifetime.js'
export { replacementFor, writesBothKeys } from './judges/key.js'
export { isPathOfDatabase } from './judges/sensitive.js'
export { isRenamed } from './judges/span-name.js'
export { isLibraryPurpose, isRecordingSwitch, isSwitchable, type TestedName } from './judges/recording-switch.js'
export {
  type ApprovalQuestion,
  judgeApproval,
  judgeContextBreak,
  judgeEndpoint,
  judgeOrder,
  judgeOutput,
  judgeSampler,
  judgeShutdown,
} from './judges/setup.js'
export { isPublicHost } from './judges/setup-hosts.js'
export { judgeSpanName } from './judges/span-name.js'
export { shorten } from './judges/wording.js'
export { formatMessage, messages } from './messages.js'
export { knownKey, toKeyForm } from './judges/key.js'
export { isListedKey, nearestListedKey, replacementOf } from './listed-keys.js'
export {
  addValues,
  collectOwners,
  flattenSpread,
  foldCall,
  foldText,
  followPath,
  getField,
  isPicking,
  literalText,
  memberOf,
  resolveValue,
  type Spread,
  type Writable,
  yieldOf,
} from './values.js'
