import approvedSetup from './approved-setup.js'
import batchExport from './batch-export.js'
import envSampling from './env-sampling.js'
import noContextLoss from './no-context-loss.js'
import noDynamicSpanName from './no-dynamic-span-name.js'
import noSensitiveData from './no-sensitive-data.js'
import noTechnicalSpanName from './no-technical-span-name.js'
import noUnboundedData from './no-unbounded-data.js'
import requireShutdown from './require-shutdown.js'
import secureExporter from './secure-exporter.js'
import setupFirst from './setup-first.js'
import spanNamePresent from './span-name-present.js'
import spanNameStyle from './span-name-style.js'
import validAttributeValue from './valid-attribute-value.js'

/** Every rule by its name; presets, README and docs are made from this table. */
export const rules = {
  'approved-setup': approvedSetup,
  'batch-export': batchExport,
  'env-sampling': envSampling,
  'no-context-loss': noContextLoss,
  'no-dynamic-span-name': noDynamicSpanName,
  'no-sensitive-data': noSensitiveData,
  'no-technical-span-name': noTechnicalSpanName,
  'no-unbounded-data': noUnboundedData,
  'require-shutdown': requireShutdown,
  'secure-exporter': secureExporter,
  'setup-first': setupFirst,
  'span-name-present': spanNamePresent,
  'span-name-style': spanNameStyle,
  'valid-attribute-value': validAttributeValue,
}
