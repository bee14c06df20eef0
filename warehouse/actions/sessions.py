"""Sessions: the clicks of a visitor with less than half an hour between each and the next."""

from pyspark.sql import Window
from pyspark.sql import functions as F

GAP = 30 * 60


def sessions(run_date, clicks):
    in_time = Window.partitionBy("visitor_id").orderBy("clicked_at", "id")
    since = F.unix_micros("clicked_at") - F.unix_micros(F.lag("clicked_at").over(in_time))
    begins = F.when(since < GAP * 1_000_000, 0).otherwise(1)
    numbered = clicks.withColumn("session", F.sum(begins).over(in_time))
    first = F.struct("clicked_at", "id", "event_id")
    return (
        numbered.groupBy("visitor_id", "session")
        .agg(
            F.min(first).alias("first"),
            F.max(first).alias("last"),
            F.count("*").cast("int").alias("clicks"),
        )
        .select(
            F.col("first.id").alias("id"),
            F.lit(run_date).alias("date"),
            "visitor_id",
            F.col("first.clicked_at").alias("started_at"),
            F.col("last.clicked_at").alias("ended_at"),
            "clicks",
            F.col("first.event_id").alias("first_event_id"),
            F.col("last.event_id").alias("last_event_id"),
        )
    )
