"""Runs the script of one table on Spark, and writes what it gives as the CSV that COPY loads.

    spark-submit --py-files s3://assets/5f0c.py job.py s3://bucket/attempt s3://bucket/attempt/out/0-0 s3://assets/5f0c.py

`job.json` of the attempt says what was unloaded, and which columns the table has. The script's function
is named as the table; it is given the run date and a data frame for each read, and gives one back. Every
value is written as the other extracts have it, or fails the job: nothing is cut or rounded on the way.
"""

import importlib
import json
import re
import sys
from datetime import date

from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

WHOLE = (T.ByteType, T.ShortType, T.IntegerType, T.LongType)

# The types of Spark that a column of the warehouse takes.
TAKES = {
    "smallint": WHOLE,
    "integer": WHOLE,
    "bigint": WHOLE,
    "decimal": (T.DecimalType, *WHOLE),
    "real": (T.FloatType,),
    "double": (T.DoubleType, T.FloatType),
    "boolean": (T.BooleanType,),
    "date": (T.DateType,),
    "timestamp": (T.TimestampType, T.TimestampNTZType),
    "timestamptz": (T.TimestampType,),
    "char": (T.StringType,),
    "varchar": (T.StringType,),
    "super": (T.StringType,),
    "time": (T.StringType,),
    "varbyte": (T.BinaryType,),
}

SETTINGS = {
    # What does not fit fails, where it would silently be NULL; and decimals are written without exponents.
    "spark.sql.ansi.enabled": "true",
    # Times are those of UTC, whatever machine it runs on.
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
}


def main(place, out, script):
    spark = SparkSession.builder.getOrCreate()
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    job = json.loads(spark.sparkContext.wholeTextFiles(f"{place}/job.json").values().first())
    module = importlib.import_module(re.sub(r"^.*/|\.py$", "", script))
    function = getattr(module, job["function"], None)
    if function is None:
        raise SystemExit(f"{job['table']}: its script has no function {job['function']}")
    frames = {given["name"]: read(spark, place, given) for given in job["reads"]}
    made = function(run_date=date.fromisoformat(job["date"]), **frames)
    lines = made.select(F.concat_ws(",", *cells(job, made)).alias("value"))
    # Counted as they are written, for COPY's count to be compared with.
    rows = Observation()
    counted = lines.observe(rows, F.count(F.lit(1)).alias("rows"))
    counted.write.option("compression", "gzip").text(f"{out}/data")
    spark.sparkContext.parallelize([str(rows.get["rows"])], 1).saveAsTextFile(f"{out}/rows")


def read(spark, place, given):
    """What was unloaded of one read: just the files that UNLOAD names, and all of their rows."""
    schema = ", ".join(f"`{column['name']}` {column['type']}" for column in given["columns"])
    files = [f"{place}/in/{file}" for file in given["files"]]
    if not files:
        return spark.createDataFrame([], schema)
    frame = spark.read.schema(schema).parquet(*files)
    found = frame.count()
    if found != given["rows"]:
        raise SystemExit(f"{given['name']}: Spark reads {found} of the {given['rows']} rows that were unloaded")
    return frame


def cells(job, made):
    """The text of each column of the table, in their order."""
    names = [column["name"] for column in job["columns"]]
    if sorted(names) != sorted(made.columns):
        gives, has = ", ".join(sorted(made.columns)), ", ".join(sorted(names))
        raise SystemExit(f"{job['table']}: its script gives the columns {gives}; the table has {has}")
    return [cell(job, column, made.schema[column["name"]].dataType) for column in job["columns"]]


def cell(job, column, given):
    name = f"{job['table']}.{column['name']}"
    kind = column["type"]
    if not isinstance(given, TAKES[kind]):
        raise SystemExit(f"{name}: its script gives {given.simpleString()} for {column['ddl']}: cast it")
    if isinstance(given, T.DecimalType) and given.scale > column["scale"]:
        raise SystemExit(
            f"{name}: its script gives {given.simpleString()}, {column['ddl']} holds"
            f" {column['scale']} decimals: round it and cast it"
        )
    value = F.col(f"`{column['name']}`")
    text = F.lit(f"{name}: ")
    return F.when(value.isNull(), F.lit(job["marker"])).otherwise(encode(job, kind, value, text))


def encode(job, kind, value, where):
    def refuse(condition, problem, text):
        return F.when(condition, F.raise_error(F.concat(where, F.lit(problem)))).otherwise(text)

    if kind == "boolean":
        return F.when(value, F.lit("t")).otherwise(F.lit("f"))
    if kind in ("real", "double"):
        odd = F.isnan(value) | (F.abs(value) == F.lit(float("inf")))
        return refuse(odd, "is not a finite number", value.cast("string"))
    if kind == "timestamp":
        return F.date_format(value, "yyyy-MM-dd HH:mm:ss.SSSSSS")
    if kind == "timestamptz":
        return F.concat(F.date_format(value, "yyyy-MM-dd HH:mm:ss.SSSSSS"), F.lit("+00"))
    if kind == "varbyte":
        return quoted(F.lower(F.hex(value)))
    if kind not in ("char", "varchar", "super", "time"):
        return value.cast("string")
    whole = refuse(F.instr(value, "\0") > 0, "holds a NUL character, as no text of Redshift does", value)
    return quoted(refuse(value == F.lit(job["marker"]), "is the word that stands for NULL", whole))


def quoted(text):
    return F.concat(F.lit('"'), F.replace(text, F.lit('"'), F.lit('""')), F.lit('"'))


if __name__ == "__main__":
    main(*sys.argv[1:])
