/** An element with attributes and children. Text is only ever set as text. */
export function el(name, attributes, ...children) {
  const element = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(attribute, '')
    else if (value !== false && value !== undefined) element.setAttribute(attribute, value)
  }
  element.append(...children)
  return element
}

export function show(element, visible) {
  element.hidden = !visible
}
