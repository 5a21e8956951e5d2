"""担当者・アドレスの変更: proposed by a participant, in force once his old address says yes."""
