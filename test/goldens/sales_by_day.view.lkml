# Written by `npx usher lookml`, and again each time: refine it in /refinements.

# Sales that were neither cancelled nor refunded, by day and event.
view: sales_by_day {
  sql_table_name: "public"."sales_by_day" ;;

  dimension: primary_key {
    primary_key: yes
    hidden: yes
    type: string
    sql: cast(${TABLE}."date" as varchar(64)) || '|' || cast(${TABLE}."event_id" as varchar(64)) ;;
  }

  dimension: date_id {
    hidden: yes
    description: "The day as a number: 20261123."
    type: number
    value_format_name: id
    sql: ${TABLE}."date_id" ;;
  }

  dimension_group: date {
    type: time
    timeframes: [raw, date, day_of_week, week, month, quarter, year]
    convert_tz: no
    datatype: date
    sql: ${TABLE}."date" ;;
  }

  dimension: event_id {
    hidden: yes
    type: number
    value_format_name: id
    sql: ${TABLE}."event_id" ;;
  }

  dimension: title {
    type: string
    sql: ${TABLE}."title" ;;
  }

  dimension: venue {
    type: string
    sql: ${TABLE}."venue" ;;
  }

  dimension: sales {
    type: number
    sql: ${TABLE}."sales" ;;
  }

  dimension: buyers {
    type: number
    sql: ${TABLE}."buyers" ;;
  }

  dimension: amount {
    type: number
    value_format_name: decimal_2
    sql: ${TABLE}."amount" ;;
  }

  measure: count {
    type: count
    drill_fields: [detail*]
  }

  measure: total_sales {
    description: "Sum of sales"
    type: sum
    drill_fields: [detail*]
    sql: ${TABLE}."sales" ;;
  }

  measure: revenue {
    description: "Sum of amount"
    type: sum
    value_format_name: decimal_2
    drill_fields: [detail*]
    sql: ${TABLE}."amount" ;;
  }

  set: detail {
    fields: [date_date, title, venue, sales, buyers, amount]
  }
}
