# Written by `npx usher lookml`, and again each time: refine it in /refinements.

connection: "usher"
label: "Usher"
week_start_day: monday

include: "/generated/views/*.view.lkml"
include: "/generated/explores/*.explore.lkml"
include: "/generated/keys.lkml"
include: "/refinements/*.lkml"

datagroup: usher_loads {
  description: "A table was loaded: the newest row of usher.loads."
  sql_trigger: select max("loaded_at") from "usher"."loads" ;;
  max_cache_age: "24 hours"
}

persist_with: usher_loads
