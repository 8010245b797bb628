import attributeNaming from './attribute-naming.js'
import noDeprecatedAttributes from './no-deprecated-attributes.js'
import noDynamicSpanName from './no-dynamic-span-name.js'
import noSensitiveData from './no-sensitive-data.js'
import noTechnicalSpanName from './no-technical-span-name.js'
import noUnboundedData from './no-unbounded-data.js'
import noUnlistedAttributes from './no-unlisted-attributes.js'
import spanNamePresent from './span-name-present.js'
import spanNameStyle from './span-name-style.js'
import validAttributeValue from './valid-attribute-value.js'

/** Every rule by its name; presets, README and docs are made from this table. */
export const rules = {
  'attribute-naming': attributeNaming,
  'no-deprecated-attributes': noDeprecatedAttributes,
  'no-dynamic-span-name': noDynamicSpanName,
  'no-sensitive-data': noSensitiveData,
  'no-technical-span-name': noTechnicalSpanName,
  'no-unbounded-data': noUnboundedData,
  'no-unlisted-attributes': noUnlistedAttributes,
  'span-name-present': spanNamePresent,
  'span-name-style': spanNameStyle,
  'valid-attribute-value': validAttributeValue,
}
