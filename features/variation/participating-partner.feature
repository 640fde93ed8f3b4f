@variation @T1
Feature: A partner that serves its users and hosts no group
  Without a non-controlling function at the partner (topology T1) the root agency calls each of the partner's members by an
  INVITE of its own, through the partner's participating function. With one (T2, in all other features) it sends one INVITE
  for the partner's whole group.

  @TS24.379-10.1.1.4
  Scenario Outline: Each member of the partner is called by itself: called by <caller>
    Given the working configuration, changed in
      | partnerFunction | participating |
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then the affiliated members of both agencies are invited
    And every leg that leaves a pod has its INVITE, its 200 and its ACK
    And <invites> INVITEs of the root agency's server cross to agency b
    And the floor is granted to <caller> and taken to all other members
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    And the floor is idle again
    When <answerer> talks for 40 packets
    Then the floor is granted to <answerer> and taken to all other members
    And every other member hears all 40 packets of <answerer>'s burst after the first 5
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller | answerer | invites |
      | a-ue-1 | b-ue-2   | 2       |
      | b-ue-1 | a-ue-2   | 1       |
