/** Runs in the page: visible texts whose contrast with their ground is below 4.5 (3 for large ones), as WCAG 2 reckons it. */
export const contrasts = String.raw`(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgb = (color, below) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = 'rgb(' + below.join(' ') + ')'
    canvas.fillRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)]
  }
  const luminance = color => {
    const [r, g, b] = color.map(part => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = node => (node === null ? [255, 255, 255] : rgb(getComputedStyle(node).backgroundColor, ground(node.parentElement)))
  const found = []
  for (const node of document.querySelectorAll('main *, header *, footer *')) {
    const text = [...node.childNodes].filter(child => child.nodeType === Node.TEXT_NODE).map(child => child.textContent.trim()).join('')
    if (text === '' || !node.checkVisibility() || node.closest('svg') || node.closest('.visually-hidden')) continue
    const style = getComputedStyle(node)
    const behind = ground(node)
    const [light, dark] = [luminance(rgb(style.color, behind)), luminance(behind)].sort((a, b) => b - a)
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700)
    const ratio = (light + 0.05) / (dark + 0.05)
    if (ratio < (isLarge ? 3 : 4.5)) found.push((node.className || node.tagName) + ' "' + text.slice(0, 30) + '" ' + ratio.toFixed(2))
  }
  return found
})()`
