import { MARK } from './lkml.ts'

/** What stands in `generated/`, for those who come upon it. */
export const readme = `<!-- ${MARK}, and again each time. -->

# generated

All files here are written by \`npx usher lookml\` from the tables that Usher's
\`warehouse/\` declares. They are replaced each time; those of tables that are
gone are removed. What you change here is lost.

| file               | holds                                                 |
| ------------------ | ----------------------------------------------------- |
| \`usher.model.lkml\` | the connection, and when Looker forgets what it keeps |
| \`views/\`           | a view for each table: its columns, and measures      |
| \`explores/\`        | an explore for each table, what it refers to joined   |
| \`keys.lkml\`        | tests of Looker's that each key is unique             |

Yours is all else, and is never touched:

- \`/refinements/*.lkml\` is included after what is here. \`view: +orders\` adds
  fields to a view, or changes them; \`explore: +orders\` adds joins.
- \`/manifest.lkml\` has the name of the project.
- Models of your own, dashboards, and whatever you include from them.

A description, a measure or a join that everybody should have is better said
with the table in \`warehouse/\`.
`

/** How a refinement is written, with nothing in it yet. */
export const refinement = `# Yours: nothing that is generated replaces this file, or any beside it.
# \`view: +orders\` adds to the view in /generated/views, or changes it:
#
# view: +orders {
#   dimension: channel { label: "Sales channel" }
#   measure: largest_price {
#     type: max
#     value_format_name: usd
#     sql: \${TABLE}."price" ;;
#   }
# }
#
# explore: +orders {
#   label: "Orders of the marketplace"
# }
`
