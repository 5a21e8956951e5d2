"""What programs may ask and do: read, hand a workbook in, draft. Never check, approve or send."""
