# Written by `npx usher lookml`, and again each time: refine it in /refinements.

explore: orders {

  join: users {
    type: left_outer
    relationship: many_to_one
    sql_on: ${orders.user_id} = ${users.id} ;;
  }

  join: listings {
    type: left_outer
    relationship: many_to_one
    sql_on: ${orders.listing_id} = ${listings.id} ;;
  }

  join: events {
    type: left_outer
    relationship: many_to_one
    sql_on: ${orders.event_id} = ${events.id} ;;
  }

  join: venues {
    type: left_outer
    relationship: many_to_one
    sql_on: ${events.venue_id} = ${venues.id} ;;
  }
}
