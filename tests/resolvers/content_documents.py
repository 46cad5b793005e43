"""The operations about content templates, and what they show of them."""

ERRORS = "errors { code message field }"
TEMPLATE = "id version occasion audience language meetingType subject body variables isDefault"

NEW = {
    "occasion": "BOOKED",
    "audience": "AGENT",
    "language": "en",
    "meetingType": "VIDEO",
    "subject": "Yes",
    "body": "{{ facts }}",
}

CREATE = f"""mutation($input: CreateContentTemplateInput!) {{
  createContentTemplate(input: $input) {{ template {{ {TEMPLATE} }} {ERRORS} }} }}"""
UPDATE = f"""mutation($input: UpdateContentTemplateInput!) {{
  updateContentTemplate(input: $input) {{ template {{ {TEMPLATE} }} {ERRORS} }} }}"""
DELETE = f"""mutation($input: DeleteContentTemplateInput!) {{
  deleteContentTemplate(input: $input) {{ deleted {ERRORS} }} }}"""
TEMPLATES = f"""query($occasion: Occasion, $language: Locale) {{
  contentTemplates(occasion: $occasion, language: $language) {{ {TEMPLATE} }} }}"""
PREVIEW = """query($input: PreviewContentTemplateInput!) {
  previewContentTemplate(input: $input) { subject body html unknownVariables } }"""
