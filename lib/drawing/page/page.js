const tables = new Map(
  JSON.parse(document.getElementById('tables').textContent).map((table) => [table.id, table]),
)
const svg = document.querySelector('main svg')
const view = document.getElementById('view')
const facts = document.getElementById('facts')
const overview = document.getElementById('overview')
const boxes = new Map([...document.querySelectorAll('.box')].map((box) => [box.dataset.id, box]))
const edges = [...document.querySelectorAll('main .edge')]

// Zoom and pan: what is at (x, y) of the drawing is at (x * zoom + left, y * zoom + top) of the page.
let at = { zoom: 1, left: 0, top: 0 }
let fitted = true
svg.removeAttribute('viewBox')

function move(next) {
  at = next
  fitted = false
  view.setAttribute('transform', `translate(${at.left} ${at.top}) scale(${at.zoom})`)
}

function showAll() {
  const { width, height } = svg.dataset
  const { clientWidth, clientHeight } = svg
  const zoom = Math.min(clientWidth / width, clientHeight / height, 1.4)
  move({ zoom, left: (clientWidth - width * zoom) / 2, top: (clientHeight - height * zoom) / 2 })
  fitted = true
}

function zoomBy(factor, x = svg.clientWidth / 2, y = svg.clientHeight / 2) {
  const zoom = Math.min(4, Math.max(0.05, at.zoom * factor))
  const grown = zoom / at.zoom
  move({ zoom, left: x - (x - at.left) * grown, top: y - (y - at.top) * grown })
}

/** Brings a box into the middle, large enough to be read, unless it can be read where it is. */
function show(id) {
  const box = boxes.get(id)?.getBoundingClientRect()
  if (!box) return
  const frame = svg.getBoundingClientRect()
  const inside =
    box.left >= frame.left &&
    box.right <= frame.right &&
    box.top >= frame.top &&
    box.bottom <= frame.bottom
  if (inside && at.zoom > 0.6) return
  const x = box.left + box.width / 2 - frame.left
  const y = box.top + box.height / 2 - frame.top
  const zoom = Math.max(at.zoom, 0.9)
  const grown = zoom / at.zoom
  move({
    zoom,
    left: svg.clientWidth / 2 - (x - at.left) * grown,
    top: svg.clientHeight / 2 - (y - at.top) * grown,
  })
}

// What is looked at: the table that was clicked, else the one that is pointed at.
let picked

/** What a table is made from and what is made from it, directly or not, each with itself. */
function around(id) {
  const above = new Set([id])
  // A set gives what is added to it while it is gone through.
  for (const one of above) for (const need of tables.get(one).drawn) above.add(need)
  const below = new Set([id])
  // Tables come each after those they are made from.
  for (const { id, drawn } of tables.values()) {
    if (drawn.some((need) => below.has(need))) below.add(id)
  }
  return { above, below }
}

function light(ids, isNear) {
  svg.classList.toggle('looking', ids !== undefined)
  for (const [id, box] of boxes) {
    box.classList.toggle('near', ids?.has(id) ?? false)
    box.classList.toggle('picked', id === picked)
  }
  for (const edge of edges) {
    edge.classList.toggle('near', isNear?.(edge.dataset.from, edge.dataset.to) ?? false)
  }
}

function look(id) {
  facts.hidden = id === undefined
  overview.hidden = id !== undefined
  if (id === undefined) return filter()
  const { above, below } = around(id)
  light(
    new Set([...above, ...below]),
    (from, to) => (above.has(from) && above.has(to)) || (below.has(from) && below.has(to)),
  )
  facts.replaceChildren(...describe(tables.get(id)))
}

function pick(id) {
  picked = id
  look(id)
}

function element(name, text, ...children) {
  const made = document.createElement(name)
  made.textContent = text
  made.append(...children)
  return made
}

function describe({ id, description, message, facts, needs, makes }) {
  const list = element('dl', '')
  for (const [label, text] of facts) list.append(element('dt', label), element('dd', text))
  const parts = [element('h2', id)]
  if (description) parts.push(element('p', description))
  parts.push(list)
  if (message) {
    const why = element('p', message)
    why.className = 'message'
    parts.push(why)
  }
  return [...parts, ...links('Made from', needs), ...links('Goes into', makes)]
}

function links(title, ids) {
  if (ids.length === 0) return []
  const items = ids.map((id) => {
    if (!tables.has(id)) return element('li', id)
    const button = element('button', id)
    button.className = 'table'
    button.dataset.table = id
    return element('li', '', button)
  })
  return [element('h3', `${title} (${ids.length})`), element('ul', '', ...items)]
}

// The filter: what does not match steps back; Enter goes from one match to the next.
const form = document.getElementById('filter')
const [input, output] = form.elements
let matches = []

function filter() {
  const words = input.value.trim().toLowerCase()
  matches = words ? [...tables.keys()].filter((id) => id.toLowerCase().includes(words)) : []
  output.textContent = words ? `${matches.length} of ${tables.size}` : ''
  light(words ? new Set(matches) : undefined)
}

input.addEventListener('input', () => {
  pick(undefined)
  if (matches.length === 1) show(matches[0])
})

form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (matches.length === 0) return
  const next = matches[(matches.indexOf(picked) + 1) % matches.length]
  pick(next)
  show(next)
})

/** Looks at a table, or at none, unless one was clicked. */
function glance(id) {
  if (picked === undefined) look(id)
}

for (const [id, box] of boxes) {
  box.addEventListener('pointerenter', () => glance(id))
  box.addEventListener('pointerleave', () => glance(undefined))
  box.addEventListener('blur', () => glance(undefined))
  box.addEventListener('focus', () => {
    if (!box.matches(':focus-visible')) return
    show(id)
    glance(id)
  })
}

document.addEventListener('click', ({ target }) => {
  const id = target.closest('[data-table]')?.dataset.table
  if (id === undefined) return
  pick(id)
  show(id)
})

// A press that does not move is a click: on a box it picks, elsewhere it lets go.
let pressed

svg.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return
  pressed = { x: event.clientX, y: event.clientY, from: at, moved: false }
  pressed.box = event.target.closest('.box')?.dataset.id
})

window.addEventListener('pointermove', (event) => {
  if (!pressed) return
  const [dx, dy] = [event.clientX - pressed.x, event.clientY - pressed.y]
  if (!pressed.moved && Math.hypot(dx, dy) < 5) return
  pressed.moved = true
  move({ ...pressed.from, left: pressed.from.left + dx, top: pressed.from.top + dy })
})

window.addEventListener('pointerup', () => {
  if (pressed && !pressed.moved) pick(pressed.box === picked ? undefined : pressed.box)
  pressed = undefined
})

window.addEventListener('pointercancel', () => {
  pressed = undefined
})

svg.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault()
    const frame = svg.getBoundingClientRect()
    const lines = event.deltaMode === 1 ? 20 : 1
    const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015))
    zoomBy(factor, event.clientX - frame.left, event.clientY - frame.top)
  },
  { passive: false },
)

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    input.value = ''
    pick(undefined)
    return
  }
  if (event.target === input || event.ctrlKey || event.metaKey || event.altKey) return
  const box = event.target.closest('.box')?.dataset.id
  if (['Enter', ' '].includes(event.key) && box !== undefined) pick(box)
  else if (event.key === '/') input.focus()
  else if (event.key === '+') zoomBy(1.25)
  else if (event.key === '-') zoomBy(0.8)
  else if (event.key === '0') showAll()
  else return
  event.preventDefault()
})

document.getElementById('in').addEventListener('click', () => zoomBy(1.25))
document.getElementById('out').addEventListener('click', () => zoomBy(0.8))
document.getElementById('fit').addEventListener('click', showAll)
window.addEventListener('resize', () => fitted && showAll())
showAll()
