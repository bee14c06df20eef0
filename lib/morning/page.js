// A box of the graph leads to the table's row.
for (const box of document.querySelectorAll('.box')) {
  const go = () => {
    const row = document.getElementById(`table-${box.dataset.id}`)
    for (const other of document.querySelectorAll('tr.picked')) other.classList.remove('picked')
    row.classList.add('picked')
    row.scrollIntoView({ block: 'center' })
    row.focus({ preventScroll: true })
  }
  box.addEventListener('click', go)
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    go()
  })
}
