@ladder @R5
Feature: With the path anchored the ACK takes the way of its INVITE

  @RFC3261-13.2.2.4
  Scenario Outline: Each ACK passes every pod once, and no 200 is repeated: called by <caller>
    Given the working configuration
    And every UE is registered and affiliated
    When <caller> calls the campaign
    Then every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the ACK of each crossing dialog passes every pod once, within T1 of its 200
    And the floor is granted to <caller> and taken to all other members
    When <caller> talks for 40 packets
    Then every other member hears all 40 packets of <caller>'s burst after the first 5
    When <caller> hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows

    Examples:
      | caller |
      | a-ue-1 |
      | b-ue-1 |
