"""The papers of an incident: internal report, report to the Commission, press release, notice."""
