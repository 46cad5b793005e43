"""The operations by which planning is set up, and what they show of it."""

RULE = """id version subject { name } meetingType office { name } enabled durationOptions defaultDurationMinutes
  slotIntervalMinutes bufferBeforeMinutes bufferAfterMinutes minimumNoticeMinutes bookableDaysAhead seats
  needsAcceptance maxPerAgentPerDay maxPerAgentPerWeek agents { name }"""
OFFICE = """id version name address timeZone isActive closures { from to reason }
  hours { weekday start end office { name } subjects { name } meetingTypes }"""
SERVICE = """id version name languages isActive distribution requiredAgents availabilityPercent assignOnBooking
  routing offerTimeoutSeconds
  members { agent { name } weight }"""
SUBJECT = "id version name description availableForCustomers"
TEMPLATE = "id version name windows { start end office { name } subjects { name } meetingTypes }"
AGENT = """id version isActive onlinePlanning languages timeZone offices { name } expertise { name }
  dayTemplates { id name }"""
ERRORS = "errors { code message field }"

CREATE_RULE = f"""mutation($input: CreatePlanningRuleInput!) {{
  createPlanningRule(input: $input) {{ rule {{ {RULE} }} {ERRORS} }} }}"""
UPDATE_RULE = f"""mutation($input: UpdatePlanningRuleInput!) {{
  updatePlanningRule(input: $input) {{ rule {{ {RULE} }} {ERRORS} }} }}"""
DELETE_RULE = f"""mutation($input: DeletePlanningRuleInput!) {{
  deletePlanningRule(input: $input) {{ deleted {ERRORS} }} }}"""
CREATE_OFFICE = f"""mutation($input: CreateOfficeInput!) {{
  createOffice(input: $input) {{ office {{ {OFFICE} }} {ERRORS} }} }}"""
UPDATE_OFFICE = f"""mutation($input: UpdateOfficeInput!) {{
  updateOffice(input: $input) {{ office {{ {OFFICE} }} {ERRORS} }} }}"""
CREATE_SERVICE = f"""mutation($input: CreateServiceInput!) {{
  createService(input: $input) {{ service {{ {SERVICE} }} {ERRORS} }} }}"""
UPDATE_SERVICE = f"""mutation($input: UpdateServiceInput!) {{
  updateService(input: $input) {{ service {{ {SERVICE} }} {ERRORS} }} }}"""
SET_MEMBER = f"""mutation($input: SetServiceMemberInput!) {{
  setServiceMember(input: $input) {{ service {{ {SERVICE} }} {ERRORS} }} }}"""
REMOVE_MEMBER = f"""mutation($input: RemoveServiceMemberInput!) {{
  removeServiceMember(input: $input) {{ service {{ {SERVICE} }} {ERRORS} }} }}"""
CREATE_SUBJECT = f"""mutation($input: CreateSubjectInput!) {{
  createSubject(input: $input) {{ subject {{ {SUBJECT} }} {ERRORS} }} }}"""
UPDATE_SUBJECT = f"""mutation($input: UpdateSubjectInput!) {{
  updateSubject(input: $input) {{ subject {{ {SUBJECT} }} {ERRORS} }} }}"""
CREATE_TEMPLATE = f"""mutation($input: CreateDayTemplateInput!) {{
  createDayTemplate(input: $input) {{ template {{ {TEMPLATE} }} {ERRORS} }} }}"""
UPDATE_TEMPLATE = f"""mutation($input: UpdateDayTemplateInput!) {{
  updateDayTemplate(input: $input) {{ template {{ {TEMPLATE} }} {ERRORS} }} }}"""
DELETE_TEMPLATE = f"""mutation($input: DeleteDayTemplateInput!) {{
  deleteDayTemplate(input: $input) {{ deleted {ERRORS} }} }}"""
UPDATE_AGENT = f"""mutation($input: UpdateAgentInput!) {{
  updateAgent(input: $input) {{ agent {{ {AGENT} }} {ERRORS} }} }}"""
DELETE_OFFICE = f"mutation($input: DeleteOfficeInput!) {{ deleteOffice(input: $input) {{ deleted {ERRORS} }} }}"
DELETE_SERVICE = (
    f"mutation($input: DeleteServiceInput!) {{ deleteService(input: $input) {{ deleted {ERRORS} }} }}"
)
DELETE_SUBJECT = (
    f"mutation($input: DeleteSubjectInput!) {{ deleteSubject(input: $input) {{ deleted {ERRORS} }} }}"
)

CREATIONS = {"office": CREATE_OFFICE, "service": CREATE_SERVICE, "subject": CREATE_SUBJECT}
UPDATES = {"office": UPDATE_OFFICE, "service": UPDATE_SERVICE, "subject": UPDATE_SUBJECT}
DELETIONS = {"office": DELETE_OFFICE, "service": DELETE_SERVICE, "subject": DELETE_SUBJECT}
