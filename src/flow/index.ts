export { failureNames } from './holders.js'
export { readLifetime } from './lifetime.js'
export { findNodes, nothing, sequence, someNode } from './tree.js'
export type { ChainLink, Escape, FlowNode, Holder, Inline, SpanOperation, Test } from './tree.js'
