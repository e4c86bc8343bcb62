#!/usr/bin/env bash
# The command-line client under the name it has in the official image.
exec java -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  -cp "/usr/share/java/slf4j-simple.jar:/usr/share/java/*" org.apache.zookeeper.ZooKeeperMain "$@"
