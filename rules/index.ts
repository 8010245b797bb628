import type { RuleModule } from '@typescript-eslint/utils/ts-eslint'

import type { RuleDocs } from '../src/create-rule.js'
import approvedSetup from './approved-setup.js'
import awaitBeforeEnd from './await-before-end.js'
import attributeNaming from './attribute-naming.js'
import batchExport from './batch-export.js'
import envSampling from './env-sampling.js'
import errorStage from './error-stage.js'
import errorStatus from './error-status.js'
import noBorrowedEnd from './no-borrowed-end.js'
import noContextLoss from './no-context-loss.js'
import noDeprecatedAttributes from './no-deprecated-attributes.js'
import noDynamicSpanName from './no-dynamic-span-name.js'
import noSensitiveData from './no-sensitive-data.js'
import noSwallowedError from './no-swallowed-error.js'
import noTechnicalSpanName from './no-technical-span-name.js'
import noUnboundedData from './no-unbounded-data.js'
import noUnlistedAttributes from './no-unlisted-attributes.js'
import noUseAfterEnd from './no-use-after-end.js'
import requireHandlerTracing from './require-handler-tracing.js'
import requireShutdown from './require-shutdown.js'
import secureExporter from './secure-exporter.js'
import setupFirst from './setup-first.js'
import spanEnd from './span-end.js'
import spanNamePresent from './span-name-present.js'
import spanNameStyle from './span-name-style.js'
import validAttributeValue from './valid-attribute-value.js'

/** A rule, whatever its options and messages are. */
export type AnyRule = RuleModule<string, readonly unknown[], RuleDocs>

/** Every rule by its name; presets, README and docs are made from this table. */
export const rules: Readonly<Record<string, AnyRule>> = {
  'approved-setup': approvedSetup,
  'await-before-end': awaitBeforeEnd,
  'attribute-naming': attributeNaming,
  'batch-export': batchExport,
  'env-sampling': envSampling,
  'error-stage': errorStage,
  'error-status': errorStatus,
  'no-borrowed-end': noBorrowedEnd,
  'no-context-loss': noContextLoss,
  'no-deprecated-attributes': noDeprecatedAttributes,
  'no-dynamic-span-name': noDynamicSpanName,
  'no-sensitive-data': noSensitiveData,
  'no-swallowed-error': noSwallowedError,
  'no-technical-span-name': noTechnicalSpanName,
  'no-unbounded-data': noUnboundedData,
  'no-unlisted-attributes': noUnlistedAttributes,
  'no-use-after-end': noUseAfterEnd,
  'require-handler-tracing': requireHandlerTracing,
  'require-shutdown': requireShutdown,
  'secure-exporter': secureExporter,
  'setup-first': setupFirst,
  'span-end': spanEnd,
  'span-name-present': spanNamePresent,
  'span-name-style': spanNameStyle,
  'valid-attribute-value': validAttributeValue,
}
